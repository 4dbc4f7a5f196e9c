import Link from "next/link";
import type { ReactNode } from "react";
import { formatBounded } from "../text/format-number.ts";
import styles from "./page.module.css";

export interface PageTab {
  label: string;
  href: string;
  isCurrent: boolean;
  /** A number, or a short text such as "+2 −1". */
  count?: number | string | null;
}

/** Tabs of a page as links, with its actions at the right. `label` names the group. */
export function PageTabs({ label, tabs, actions }: { label: string; tabs: PageTab[]; actions?: ReactNode }) {
  return (
    <div className={styles.tabs}>
      <nav aria-label={label} style={{ minWidth: 0 }}>
        <ul>
          {tabs.map((tab) => (
            <li key={tab.label}>
              <Link
                href={tab.href}
                className={styles.tab}
                aria-current={tab.isCurrent ? "page" : undefined}
                scroll={false}
              >
                {tab.label}
                {tab.count != null && (
                  <span>{typeof tab.count === "number" ? formatBounded(tab.count) : tab.count}</span>
                )}
              </Link>
            </li>
          ))}
        </ul>
      </nav>
      {actions && <div className={styles.tabActions}>{actions}</div>}
    </div>
  );
}
