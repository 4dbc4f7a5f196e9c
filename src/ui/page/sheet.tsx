import type { ReactNode } from "react";
import styles from "./page.module.css";

/** One sheet on a grid of twelve, split by hairlines. Its children are `SheetSection`s. */
export function Sheet({ children }: { children: ReactNode }) {
  return <div className={styles.sheet}>{children}</div>;
}

interface SheetSectionProps {
  /** Columns of twelve. */
  span: number;
  title: string;
  /** One line that says what the section shows: "1 420 open. This week 210 new, 290 closed." */
  reading?: ReactNode;
  /** A link or small control at the right of the title. */
  aside?: ReactNode;
  children: ReactNode;
}

export function SheetSection({ span, title, reading, aside, children }: SheetSectionProps) {
  return (
    <section style={{ gridColumn: `span ${span}` }} aria-label={title}>
      <div className={styles.sectionHead}>
        <h2 className="bw-h2">{title}</h2>
        {aside}
      </div>
      {reading && <p className={styles.reading}>{reading}</p>}
      {children}
    </section>
  );
}
