"use client";
import Link from "next/link";
import { type ReactNode, useEffect, useRef } from "react";
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
  const list = useRef<HTMLUListElement>(null);
  const current = tabs.find((tab) => tab.isCurrent)?.label;
  // biome-ignore lint/correctness/useExhaustiveDependencies: another current tab is brought into view as well
  useEffect(() => {
    const tab = list.current?.querySelector<HTMLElement>("[aria-current=page]");
    // Only the row of tabs moves, never the page.
    if (tab && list.current) list.current.scrollLeft = tab.offsetLeft - list.current.offsetLeft - 16;
  }, [current]);
  return (
    <div className={styles.tabs}>
      <nav aria-label={label} style={{ minWidth: 0 }}>
        <ul ref={list}>
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
