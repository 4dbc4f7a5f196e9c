import { config } from "#config.ts";
import { AppError } from "#domain/app-error.ts";
import { requireRole } from "#domain/require-role.ts";
import type { Actor } from "#domain/role.ts";
import { recordAudit } from "#store/audit.ts";
import { recordChange } from "#store/change.ts";
import { enqueue } from "#store/queue/queue.ts";
import { transaction } from "#store/transaction.ts";

/** Asks for a look at the public feeds now. `queued` is false when one waits already. */
export async function refreshFeeds(actor: Actor): Promise<{ queued: boolean }> {
  requireRole(actor, "admin");
  if (!config().feedsEnabled) {
    throw new AppError(
      "conflict",
      "The public feeds are switched off (BREAKWATER_FEEDS=off). Upload a file of advisories, or switch them on and start again.",
    );
  }
  return transaction(async (tx) => {
    const job = await enqueue("pull-feeds", { trigger: "person" }, { executor: tx, priority: "person", key: "all" });
    await recordAudit(tx, actor, { action: "advisories.refresh" });
    await recordChange(tx, "advisories");
    return { queued: job !== null };
  });
}
