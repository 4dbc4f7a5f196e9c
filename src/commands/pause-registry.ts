import { z } from "zod";
import { clock } from "#clock.ts";
import { requireRole } from "#domain/require-role.ts";
import type { Actor } from "#domain/role.ts";
import { recordAudit } from "#store/audit.ts";
import { enqueue } from "#store/queue/queue.ts";
import { setConnectionState, setNextReconcile } from "#store/registry/registry.ts";
import { transaction } from "#store/transaction.ts";
import { managedRegistry, RegistryId, targetOf } from "./managed-registry.ts";

const Pause = RegistryId.extend({ paused: z.boolean() });

/**
 * Pauses a registry (events are noted but nothing is read or scanned) or resumes it, which compares it at once so that
 * nothing of the pause is missed.
 */
export async function pauseRegistry(actor: Actor, input: unknown): Promise<{ state: string }> {
  requireRole(actor, "admin");
  const { registryId, paused } = Pause.parse(input);
  return transaction(async (tx) => {
    const registry = await managedRegistry(tx, registryId);
    const isPaused = registry.state === "paused";
    if (isPaused !== paused) {
      const to = paused
        ? { state: "paused" as const, reason: `Paused by ${actor.name}` }
        : { state: "connecting" as const, reason: null };
      await setConnectionState(tx, registryId, { ...to, byPerson: true });
      await setNextReconcile(tx, registryId, paused ? null : clock.now());
      if (!paused)
        await enqueue(
          "reconcile-registry",
          { registryId, trigger: "person" },
          { executor: tx, priority: "person", key: registryId },
        );
    }
    await recordAudit(tx, actor, {
      action: paused ? "registry.pause" : "registry.resume",
      target: targetOf(registry),
      before: { paused: isPaused },
      after: { paused },
    });
    return { state: paused ? "paused" : isPaused ? "connecting" : registry.state };
  });
}
