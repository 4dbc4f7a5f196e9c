import { z } from "zod";

/** What is counted for an image in one place. Every figure obeys the one `open_finding` predicate of the database. */
export const PlacementCounts = z.object({
  critical: z.number().int(),
  high: z.number().int(),
  medium: z.number().int(),
  low: z.number().int(),
  unrated: z.number().int(),
  fixable: z.number().int(),
  kev: z.number().int(),
  hidden: z.number().int(),
  exempt: z.number().int(),
});
export type PlacementCounts = z.infer<typeof PlacementCounts>;

/**
 * Sort key of "worst first", the same formula as `risk_of` in the database: known exploited flaws weigh most, then
 * critical, high and medium, each capped so that a thousand lower ones never outrank one higher. Integers only.
 */
export function riskOf(counts: Pick<PlacementCounts, "critical" | "high" | "medium" | "kev">): number {
  return (
    Math.min(counts.kev, 20) * 100_000_000 +
    Math.min(counts.critical, 99) * 1_000_000 +
    Math.min(counts.high, 999) * 1_000 +
    Math.min(counts.medium, 999)
  );
}
