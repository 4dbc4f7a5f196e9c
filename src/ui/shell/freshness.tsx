"use client";
import { Icon } from "../icon.tsx";
import { formatInstant, RelativeTime } from "../text/relative-time.tsx";
import styles from "./shell.module.css";

interface FreshnessProps {
  /** Instant of the data shown, ISO. Null: there is none yet. */
  at: string | null;
  /** "As of", "Scanned", "Advisories": the word before the time. */
  word?: string;
  /** Instant of the newest advisory data, for the title. */
  advisoriesAt?: string | null;
  isLate?: boolean;
}

/** "As of 09:41, 1 min ago" at the right of the top bar. Late turns it plum. */
export function Freshness({ at, word = "As of", advisoriesAt, isLate = false }: FreshnessProps) {
  if (at === null) return null;
  const title = `${formatInstant(at)}.${advisoriesAt ? ` Advisories ${formatInstant(advisoriesAt)}` : ""}`;
  return (
    <span className={styles.freshness} data-signal={isLate || undefined} title={title}>
      <Icon name={isLate ? "clock" : "refresh"} size={14} />
      <span>
        {word} {at.slice(11, 16)}Z, <RelativeTime at={at} ago />
      </span>
    </span>
  );
}
