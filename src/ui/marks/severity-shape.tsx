import type { Severity } from "#domain/severity.ts";
import styles from "./marks.module.css";

/** The filled shape of a severity, 12 px by default. Decorative: the word or the column beside it carries the meaning. */
export function SeverityShape({ severity, size = 12 }: { severity: Severity; size?: number }) {
  return (
    <svg viewBox="0 0 12 12" width={size} height={size} aria-hidden="true">
      {shapes[severity]}
    </svg>
  );
}

const shapes = {
  critical: (
    <polygon className={styles.critical} points="3.6,.4 8.4,.4 11.6,3.6 11.6,8.4 8.4,11.6 3.6,11.6 .4,8.4 .4,3.6" />
  ),
  high: (
    <path
      className={styles.high}
      d="M6.9 1.3a1.05 1.05 0 0 0-1.8 0L.5 9.5A1.05 1.05 0 0 0 1.4 11.1h9.2a1.05 1.05 0 0 0 .9-1.6Z"
    />
  ),
  medium: <path className={styles.medium} d="M6 .9 11.1 6 6 11.1.9 6Z" strokeLinejoin="round" />,
  low: <circle className={styles.low} cx="6" cy="6" r="4.3" />,
  informational: <circle className={styles.informational} cx="6" cy="6" r="4" />,
  unknown: <circle className={styles.unknown} cx="6" cy="6" r="4.4" />,
};
