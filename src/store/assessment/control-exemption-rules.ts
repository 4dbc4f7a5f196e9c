import { recountContainers } from "#store/host/container-counts.ts";
import { saveSummaries } from "#store/resource-summary.ts";
import { type Executor, sql } from "#store/sql.ts";
import { applyControlExemptions } from "./control-exemption.ts";
import { type AssessmentChange, trackChanges } from "./track-changes.ts";

/**
 * Lays the exemptions of one control over roots again after one was made or ended: what counts, the history with the
 * exemption as its cause, and the counts of lists. The roots must be locked. Returns what changed.
 */
export async function reapplyExemptions(
  executor: Executor,
  rootIds: readonly string[],
  { ruleId, exemptionId, now }: { ruleId: string; exemptionId: string; now: Date },
): Promise<AssessmentChange[]> {
  if (rootIds.length === 0) return [];
  const changes = await trackChanges(
    executor,
    {
      of: sql`a.root_id = any(${rootIds}::uuid[]) and a.rule_id = ${ruleId}`,
      because: { at: now, cause: "exemption", causeRef: exemptionId },
    },
    () => applyControlExemptions(executor, rootIds, { now, ruleId }),
  );
  await saveSummaries(executor, "host", rootIds);
  await recountContainers(executor, rootIds, [ruleId]);
  return changes;
}
