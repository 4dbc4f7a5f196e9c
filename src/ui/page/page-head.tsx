import type { ReactNode } from "react";
import styles from "./page.module.css";

interface PageHeadProps {
  title: string;
  /** Second half of the title in a lighter weight: ":2.14.3". */
  suffix?: string;
  /** One state mark and labels, right of the title. */
  marks?: ReactNode;
  actions?: ReactNode;
}

/** The title line of a detail page. */
export function PageHead({ title, suffix, marks, actions }: PageHeadProps) {
  return (
    <div className={styles.head}>
      <h1>
        {title}
        {suffix && <small>{suffix}</small>}
      </h1>
      {marks}
      {actions && <div className={styles.headActions}>{actions}</div>}
    </div>
  );
}
