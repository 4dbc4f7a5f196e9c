import type { SeverityCounts as Counts, Severity } from "#domain/severity.ts";
import { formatCompact, formatNumber } from "../text/format-number.ts";
import styles from "./marks.module.css";
import { severityWords } from "./severity.tsx";
import { SeverityShape } from "./severity-shape.tsx";

const slots = ["critical", "high", "medium", "low"] as const;

/**
 * Counts in four fixed slots, so that a column of rows reads as four columns; zero leaves its slot empty. `inline` closes
 * the gaps, for single lines. Unrated flaws follow as a dashed ring, never as low.
 */
export function SeverityCounts({ counts, spread = "slots" }: { counts: Counts; spread?: "slots" | "inline" }) {
  const inline = spread === "inline";
  const shown = inline ? slots.filter((severity) => counts[severity] > 0) : slots;
  return (
    <span className={styles.slots} data-spread={spread}>
      {shown.map((severity) => (
        <Count key={severity} severity={severity} count={counts[severity]} />
      ))}
      {inline && counts.unrated > 0 && <Count severity="unknown" count={counts.unrated} />}
    </span>
  );
}

function Count({ severity, count }: { severity: Severity; count: number }) {
  if (count === 0) return <span />;
  return (
    <span
      className={styles.count}
      data-severity={severity}
      title={`${formatNumber(count)} ${severityWords[severity].toLowerCase()}`}
    >
      <SeverityShape severity={severity} size={10} />
      {formatCompact(count)}
      <span className="bw-hidden"> {severityWords[severity].toLowerCase()}</span>
    </span>
  );
}
