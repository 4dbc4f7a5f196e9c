import { z } from "zod";
import { AppError } from "#domain/app-error.ts";
import { requireRole } from "#domain/require-role.ts";
import type { Actor } from "#domain/role.ts";
import { recordAudit } from "#store/audit.ts";
import { recordChange } from "#store/change.ts";
import { enqueue } from "#store/queue/queue.ts";
import { transaction } from "#store/transaction.ts";
import { managedRegistry, RegistryId, targetOf } from "./managed-registry.ts";

const ResyncInput = RegistryId.extend({
  /** What is gone is retired even when the registry has nothing left: an admin knows that it was emptied. */
  mayBeEmpty: z.boolean().default(false),
});

/** Asks for a comparison with the registry now. `queued` is false when one waits already. */
export async function resyncRegistry(actor: Actor, input: unknown): Promise<{ queued: boolean }> {
  requireRole(actor, "admin");
  const { registryId, mayBeEmpty } = ResyncInput.parse(input);
  return transaction(async (tx) => {
    const registry = await managedRegistry(tx, registryId);
    if (registry.state === "paused")
      throw new AppError("conflict", `${registry.name} is paused. Resume it first: it is compared then.`);
    const job = await enqueue(
      "reconcile-registry",
      { registryId, trigger: "person", ...(mayBeEmpty ? { mayBeEmpty } : {}) },
      { executor: tx, priority: "person", key: mayBeEmpty ? `${registryId} empty` : registryId },
    );
    await recordAudit(tx, actor, {
      action: mayBeEmpty ? "registry.accept-empty" : "registry.resync",
      target: targetOf(registry),
    });
    await recordChange(tx, `registry:${registryId}`);
    return { queued: job !== null };
  });
}
