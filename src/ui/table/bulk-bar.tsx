"use client";
import type { ReactNode } from "react";
import { Icon } from "../icon.tsx";
import { formatNumber } from "../text/format-number.ts";
import styles from "./data-table.module.css";

interface BulkBarProps {
  selected: number;
  clear: () => void;
  /** Offers to select everything that matches, when more match than are selected. */
  all?: { total: number; select: () => void };
  /** The actions, plain buttons. */
  children: ReactNode;
}

/** Floats at the bottom while rows are selected. */
export function BulkBar({ selected, clear, all, children }: BulkBarProps) {
  if (selected === 0) return null;
  return (
    <div className={styles.bulk} role="toolbar" aria-label="Selected rows">
      <b>{formatNumber(selected)} selected</b>
      {all && all.total > selected && (
        <button type="button" className="bw-link-button" onClick={all.select}>
          Select all {formatNumber(all.total)}
        </button>
      )}
      <span className={styles.divider} />
      {children}
      <span className={styles.divider} />
      <button type="button" className="bw-icon-button" aria-label="Clear selection" onClick={clear}>
        <Icon name="cross" />
      </button>
    </div>
  );
}
