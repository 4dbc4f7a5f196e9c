import { recountContainers, recountHosts } from "#store/count/host-counts.ts";
import type { Executor } from "#store/sql.ts";
import {
  applyControlExemptions,
  type EffectiveChange,
  effectiveChanges,
  effectiveStatuses,
} from "./control-exemption.ts";
import { appendStatusHistory } from "./status-history.ts";

/**
 * Lays the exemptions of one control over hosts again after one was made or ended: what counts, the history with the
 * exemption as its cause, and the counts of lists. The hosts must be locked. Returns what changed.
 */
export async function reapplyExemptions(
  executor: Executor,
  hostIds: readonly string[],
  { ruleId, exemptionId, now }: { ruleId: string; exemptionId: string; now: Date },
): Promise<EffectiveChange[]> {
  if (hostIds.length === 0) return [];
  const before = await effectiveStatuses(executor, hostIds, ruleId);
  await applyControlExemptions(executor, hostIds, { now, ruleId });
  const changes = effectiveChanges(before, await effectiveStatuses(executor, hostIds, ruleId));
  await appendStatusHistory(
    executor,
    changes.map(({ hostId, from, to }) => ({
      rootId: hostId,
      resourceId: hostId,
      ruleId,
      fromStatus: from,
      toStatus: to,
      cause: "exemption",
      causeRef: exemptionId,
    })),
  );
  await recountHosts(executor, hostIds);
  await recountContainers(executor, hostIds, [ruleId]);
  return changes;
}
