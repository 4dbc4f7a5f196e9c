"use client";
import { type ReactNode, useState } from "react";
import type { Evidence } from "#domain/evidence.ts";
import type { Severity } from "#domain/severity.ts";
import styles from "#ui/host/host.module.css";
import { HealthMark, type HealthValue } from "#ui/marks/health.tsx";
import { formatNumber, plural } from "#ui/text/format-number.ts";
import { formatMinute } from "#ui/text/relative-time.tsx";

/** One value that was read. */
export interface ReadItem {
  item: string | null;
  path: string;
  actual: string;
  expected: string;
  severity: Severity | null;
  isExempt: boolean;
}

/** The settings among typed evidence. */
export function readItems(
  evidence: readonly Evidence[],
  finding: { severity: Severity; isExempt?: boolean } | null = null,
): ReadItem[] {
  return evidence.flatMap((entry) =>
    entry.kind === "setting"
      ? [
          {
            item: entry.item ?? null,
            path: entry.path,
            actual: entry.actual,
            expected: entry.expected,
            severity: finding?.severity ?? null,
            isExempt: finding?.isExempt ?? false,
          },
        ]
      : [],
  );
}

const SHOWN = 8;

interface Props {
  items: ReadItem[];
  /** How many items there are, when more than are given. */
  total: number;
  health: HealthValue;
  /** When the values were read, ISO. */
  readAt: string;
}

/** Actual beside expected, item by item. All of it is text of the host and never markup. */
export function ControlEvidence({ items, total, health, readAt }: Props) {
  const [isAll, setAll] = useState(false);
  const shown = isAll ? items : items.slice(0, SHOWN);
  const hidden = items.length - shown.length;
  return (
    <div>
      <div className={styles.evidence}>
        <Side title="Actual" note={`read ${formatMinute(readAt)}`} health={health} rows={shown.length}>
          {shown.map((entry, index) => (
            <Reading key={`${entry.item}|${entry.path}|${String(index)}`} entry={entry} value={entry.actual} />
          ))}
        </Side>
        <Side title="Expected" note={null} health="healthy" rows={shown.length}>
          {shown.map((entry, index) => (
            <Reading key={`${entry.item}|${entry.path}|${String(index)}`} entry={entry} value={entry.expected} />
          ))}
        </Side>
      </div>
      {(hidden > 0 || total > items.length) && (
        <p className={styles.more}>
          {hidden > 0 && (
            <button type="button" className="bw-link-button" onClick={() => setAll(true)}>
              Show {plural(hidden, "more item")}
            </button>
          )}{" "}
          {total > items.length && (
            <span className="bw-muted">
              {formatNumber(total)} in all, the first {formatNumber(items.length)} can be shown
            </span>
          )}
        </p>
      )}
    </div>
  );
}

interface SideProps {
  title: string;
  note: string | null;
  health: HealthValue;
  /** How many readings: both sides share their rows, so that a value stands beside what was expected of it. */
  rows: number;
  children: ReactNode;
}

function Side({ title, note, health, rows, children }: SideProps) {
  return (
    <div
      className={styles.side}
      style={{ gridRow: `span ${rows + 1}` }}
      data-health={health}
      data-expected={title === "Expected" || undefined}
    >
      <header>
        <HealthMark health={health} />
        {title}
        {note && <span>{note}</span>}
      </header>
      <section className={styles.readings} style={{ gridRow: `span ${rows}` }} aria-label={title}>
        {children}
      </section>
    </div>
  );
}

function Reading({ entry, value }: { entry: ReadItem; value: string }) {
  return (
    <div className={styles.reading} data-exempt={entry.isExempt || undefined}>
      {entry.item && (
        <span title={entry.item}>
          {entry.item}
          {entry.isExempt && " (exempt)"}
        </span>
      )}
      <span>
        {entry.path}: <b>{value}</b>
      </span>
    </div>
  );
}
