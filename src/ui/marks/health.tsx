import type { ReactNode } from "react";
import styles from "./marks.module.css";

export type HealthValue = "healthy" | "unhealthy" | "notApplicable" | "exempt" | "unknown" | "manual";

/** The word people read for a health. */
export const healthWords: Record<HealthValue, string> = {
  healthy: "Healthy",
  unhealthy: "Unhealthy",
  notApplicable: "Not applicable",
  exempt: "Exempt",
  unknown: "Unknown",
  manual: "By hand",
};

/** A health as drawn mark and word; `children` replaces the word ("7 unhealthy"). */
export function Health({ health, children }: { health: HealthValue; children?: ReactNode }) {
  return (
    <span className={styles.health} data-health={health}>
      <HealthMark health={health} />
      {children ?? healthWords[health]}
    </span>
  );
}

/** The 14 px mark alone. Decorative: a word stands beside it. */
export function HealthMark({ health, size = 14 }: { health: HealthValue; size?: number }) {
  return (
    <svg viewBox="0 0 14 14" width={size} height={size} fill="none" strokeLinecap="round" aria-hidden="true">
      {marks[health]}
    </svg>
  );
}

const box = { x: 1.4, y: 1.4, width: 11.2, height: 11.2, rx: 2.8, stroke: "var(--bw-ink-3)", strokeWidth: 1.4 };
const marks = {
  healthy: <path d="M2.4 7.6 5.6 10.8 11.8 3.8" stroke="var(--bw-healthy)" strokeWidth="2" strokeLinejoin="round" />,
  unhealthy: (
    <>
      <rect x=".7" y=".7" width="12.6" height="12.6" rx="3" fill="var(--bw-unhealthy)" />
      <path d="m4.6 4.6 4.8 4.8M9.4 4.6 4.6 9.4" stroke="var(--bw-surface)" strokeWidth="1.7" />
    </>
  ),
  notApplicable: <path d="M3 7h8" stroke="var(--bw-ink-3)" strokeWidth="2" />,
  exempt: (
    <>
      <rect {...box} />
      <path d="M4.4 9.6 9.6 4.4" stroke="var(--bw-ink-3)" strokeWidth="1.6" />
    </>
  ),
  unknown: (
    <>
      <rect {...box} strokeDasharray="2.4 2" />
      <path d="M5.4 5.6a1.6 1.6 0 1 1 2.2 1.5c-.5.2-.6.5-.6.9M7 9.9v.1" stroke="var(--bw-ink-3)" strokeWidth="1.4" />
    </>
  ),
  manual: (
    <>
      <rect {...box} />
      <path d="M4.6 5.6h4.8M4.6 8.4h3" stroke="var(--bw-ink-3)" strokeWidth="1.4" />
    </>
  ),
};
