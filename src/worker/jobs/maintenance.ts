import { clock } from "#clock.ts";
import { pool } from "#store/client.ts";
import { askIfFeedsChanged } from "#store/count/feed-changes.ts";
import { copyRuleCounts } from "#store/count/rule-count.ts";
import { maintainPartitions } from "#store/partitions.ts";
import { enqueue } from "#store/queue/queue.ts";
import { dueRegistries } from "#store/registry/due-registries.ts";
import { expireOldRows, hasDirtyMarks } from "#store/retention.ts";
import { transaction } from "#store/transaction.ts";
import { defineJob } from "../define-job.ts";
import { endDueExemptions } from "../due-exemptions.ts";
import { noteSilentHosts } from "../silent-hosts.ts";

/** How many scheduled reconciles one round may start: the oldest due first, never a burst. */
const RECONCILES_PER_ROUND = 20;

/** Housekeeping every five minutes: partitions ahead, old ones away, expired rows away, due registries reconciled. */
export default defineJob("maintenance", async (_payload, { log }) => {
  const now = clock.now();
  const partitions = await maintainPartitions(now);
  const expired = await expireOldRows(now);
  for (const registryId of await dueRegistries(now, RECONCILES_PER_ROUND)) {
    await enqueue("reconcile-registry", { registryId, trigger: "schedule" }, { key: registryId });
  }
  // The jobs that mark also ask for a recount; this only mends one that was lost.
  if (await hasDirtyMarks(now)) await enqueue("recount", {}, { key: "all" });
  await askIfFeedsChanged(pool());
  const silentHosts = await noteSilentHosts();
  const endedExemptions = await endDueExemptions(now);
  await transaction((tx) => copyRuleCounts(tx, now));
  log.info({ ...partitions, ...expired, silentHosts, endedExemptions }, "housekeeping done");
});
