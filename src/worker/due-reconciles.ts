import { clock } from "#clock.ts";
import { dueRegistries } from "#store/due-registries.ts";
import { enqueue } from "#store/queue.ts";

/** How many scheduled comparisons one round may start: the oldest due first, never a burst. */
const MOST_PER_ROUND = 20;

/** Queues the comparison of every registry that is due. Returns how many were added; one that waits already is not added. */
export async function enqueueDueReconciles(now: Date = clock.now()): Promise<number> {
  let added = 0;
  for (const registryId of await dueRegistries(now, MOST_PER_ROUND)) {
    if (await enqueue("reconcile-registry", { registryId, trigger: "schedule" }, { key: registryId })) added += 1;
  }
  return added;
}
