import Link from "next/link";
import { formatBounded } from "../text/format-number.ts";
import styles from "./page.module.css";

export interface NamedView {
  label: string;
  href: string;
  isCurrent: boolean;
  /** How many rows it shows. */
  count?: number | undefined;
}

/** Named views of a list, as links with their counts. */
export function Views({ label, views }: { label: string; views: NamedView[] }) {
  return (
    <nav className={styles.views} aria-label={label}>
      {views.map((view) => (
        <Link
          key={view.label}
          href={view.href}
          className={styles.view}
          aria-current={view.isCurrent ? "true" : undefined}
          scroll={false}
        >
          {view.label}
          {view.count !== undefined && <span>{formatBounded(view.count)}</span>}
        </Link>
      ))}
    </nav>
  );
}
