import type { Severity as SeverityValue } from "#domain/severity.ts";
import styles from "./marks.module.css";
import { SeverityShape } from "./severity-shape.tsx";

/** The word people read for a severity. */
export const severityWords: Record<SeverityValue, string> = {
  critical: "Critical",
  high: "High",
  medium: "Medium",
  low: "Low",
  informational: "Informational",
  unknown: "Not rated",
};

/**
 * A severity as shape and word. In lists only Critical colours its word; `coloured` colours the others too, for places
 * where a severity stands alone.
 */
export function Severity({ severity, coloured = false }: { severity: SeverityValue; coloured?: boolean }) {
  return (
    <span className={styles.severity} data-severity={severity} data-coloured={coloured || undefined}>
      <SeverityShape severity={severity} />
      {severityWords[severity]}
    </span>
  );
}
