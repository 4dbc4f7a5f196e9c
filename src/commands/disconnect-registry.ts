import { z } from "zod";
import { AppError } from "#domain/app-error.ts";
import { requireRole } from "#domain/require-role.ts";
import type { Actor } from "#domain/role.ts";
import { revokeApiToken } from "#store/account/api-token.ts";
import { recordAudit } from "#store/audit.ts";
import { askForRecount } from "#store/count/dirty-marks.ts";
import { retireRegistry } from "#store/registry/registry.ts";
import { deleteSecret } from "#store/secrets.ts";
import { transaction } from "#store/transaction.ts";
import { managedRegistry, RegistryId, targetOf } from "./managed-registry.ts";

const Disconnect = RegistryId.extend({ confirmName: z.string() });

/**
 * Disconnects a registry whose name the person typed: its images leave every list and figure, its credential and webhook
 * token are forgotten, its history stays.
 */
export async function disconnectRegistry(actor: Actor, input: unknown): Promise<{ registryId: string }> {
  requireRole(actor, "admin");
  const { registryId, confirmName } = Disconnect.parse(input);
  return transaction(async (tx) => {
    const registry = await managedRegistry(tx, registryId);
    if (registry.isDemo) throw new AppError("conflict", "Remove the demo instead: that takes everything of it away.");
    if (confirmName.trim() !== registry.name) {
      throw new AppError("validation-failed", `Type the name “${registry.name}” to disconnect it.`, {
        faults: [{ pointer: "/confirmName", detail: "is not the registry's name" }],
      });
    }
    if (registry.webhookTokenId) await revokeApiToken(tx, registry.webhookTokenId);
    await retireRegistry(tx, registryId, `The registry was disconnected by ${actor.name}`);
    if (registry.secretId) await deleteSecret(tx, registry.secretId);
    await askForRecount(tx);
    await recordAudit(tx, actor, {
      action: "registry.disconnect",
      target: targetOf(registry),
      before: { url: registry.url },
    });
    return { registryId };
  });
}
