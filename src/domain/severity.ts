import { z } from "zod";

/** Severity of a rule, finding or alert, worst first. `unknown` is a vulnerability that no source has rated. */
export const severities = ["critical", "high", "medium", "low", "informational", "unknown"] as const;
export const Severity = z.enum(severities);
export type Severity = z.infer<typeof Severity>;

/**
 * Rank used by every sort and every stored `severity_rank` column: 5 critical … 1 informational, 0 unknown.
 * An unrated flaw sorts last but is counted apart, never as low.
 */
export const severityRank: Record<Severity, number> = {
  critical: 5,
  high: 4,
  medium: 3,
  low: 2,
  informational: 1,
  unknown: 0,
};

/** Compares worst first, for `Array.prototype.sort`. */
export function compareSeverity(a: Severity, b: Severity): number {
  return severityRank[b] - severityRank[a];
}

/** True when `severity` is as bad as `threshold` or worse. An unrated flaw never reaches a threshold. */
export function reachesSeverity(severity: Severity, threshold: Severity): boolean {
  return severity !== "unknown" && severityRank[severity] >= severityRank[threshold];
}

/** Counts per severity that every summary carries; `unrated` counts flaws whose severity is `unknown`. */
export const SeverityCounts = z.object({
  critical: z.number().int(),
  high: z.number().int(),
  medium: z.number().int(),
  low: z.number().int(),
  unrated: z.number().int(),
});
export type SeverityCounts = z.infer<typeof SeverityCounts>;
