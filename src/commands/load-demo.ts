import { requireRole } from "#domain/require-role.ts";
import type { Actor } from "#domain/role.ts";
import { recordAudit } from "#store/audit.ts";
import { recordChange } from "#store/change.ts";
import { enqueue } from "#store/queue/queue.ts";
import { transaction } from "#store/transaction.ts";

/** Asks for the demo estate. `queued` is false when that is waiting already. */
export async function loadDemo(actor: Actor): Promise<{ queued: boolean }> {
  requireRole(actor, "admin");
  return transaction(async (tx) => {
    const job = await enqueue("load-demo", { action: "load" }, { executor: tx, priority: "person", key: "load" });
    await recordAudit(tx, actor, { action: "demo.load" });
    await recordChange(tx, "containers");
    return { queued: job !== null };
  });
}
