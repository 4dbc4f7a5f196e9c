import { requireRole } from "#domain/require-role.ts";
import type { Actor } from "#domain/role.ts";
import { recordAudit } from "#store/audit.ts";
import { recordChange } from "#store/change.ts";
import { enqueue } from "#store/queue/queue.ts";
import { transaction } from "#store/transaction.ts";

/** Asks for the removal of everything of the demo. Only the audit log keeps that it was there. */
export async function removeDemo(actor: Actor): Promise<{ queued: boolean }> {
  requireRole(actor, "admin");
  return transaction(async (tx) => {
    const job = await enqueue("load-demo", { action: "remove" }, { executor: tx, priority: "person", key: "remove" });
    await recordAudit(tx, actor, { action: "demo.remove" });
    await recordChange(tx, "containers");
    return { queued: job !== null };
  });
}
