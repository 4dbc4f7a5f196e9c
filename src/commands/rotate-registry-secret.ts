import { z } from "zod";
import { AppError } from "#domain/app-error.ts";
import type { RegistryRights } from "#domain/registry-rights.ts";
import { requireRole } from "#domain/require-role.ts";
import type { Actor } from "#domain/role.ts";
import { insertApiToken, revokeApiToken } from "#store/account/api-token.ts";
import { recordAudit } from "#store/audit.ts";
import { recordChange } from "#store/change.ts";
import { enqueue } from "#store/queue/queue.ts";
import { findRegistry, saveCredential, setRights, setWebhookToken } from "#store/registry/registry.ts";
import { deleteSecret, storeSecret } from "#store/secrets.ts";
import { transaction } from "#store/transaction.ts";
import { instructions, type WebhookInstructions } from "./connect-registry.ts";
import { managedRegistry, RegistryId, targetOf } from "./managed-registry.ts";
import { RegistryConnection, requireUsable, tryConnection } from "./registry-connection.ts";

const Rotation = z.discriminatedUnion("what", [
  RegistryId.extend({
    what: z.literal("credential"),
    username: z.string().trim().max(255).optional(),
    password: z.string().min(1).max(4096),
    tokenRealmHost: z.string().max(255).nullish(),
    caPem: z.string().max(65_536).nullish(),
  }),
  RegistryId.extend({ what: z.literal("webhookToken") }),
]);

export type RotatedSecret =
  | { what: "credential"; rights: RegistryRights }
  | { what: "webhookToken"; webhook: WebhookInstructions };

/**
 * Replaces the credential of a registry, after it was tested, or the token of its webhook. The old one is forgotten at once.
 */
export async function rotateRegistrySecret(actor: Actor, input: unknown): Promise<RotatedSecret> {
  requireRole(actor, "admin");
  const rotation = Rotation.parse(input);
  return rotation.what === "credential"
    ? rotateCredential(actor, rotation)
    : rotateWebhookToken(actor, rotation.registryId);
}

async function rotateCredential(
  actor: Actor,
  rotation: Extract<z.infer<typeof Rotation>, { what: "credential" }>,
): Promise<RotatedSecret> {
  const current = await findRegistry(rotation.registryId);
  if (!current) throw new AppError("not-found", "This registry is not connected.");
  if (current.isDemo) throw new AppError("conflict", "The demo registry looks after its own credential.");
  const authKind = current.authKind === "anonymous" ? "password" : current.authKind;
  const connection = RegistryConnection.parse({
    kind: current.kind,
    url: current.url,
    authKind,
    username: rotation.username ?? current.username ?? undefined,
    password: rotation.password,
    tokenRealmHost: rotation.tokenRealmHost === undefined ? current.tokenRealmHost : rotation.tokenRealmHost,
    caPem: rotation.caPem === undefined ? current.caPem : rotation.caPem,
    plainHttp: current.settings.plainHttp,
    repositories: current.settings.repositories,
  });
  const rights = await tryConnection(connection);
  requireUsable(rights);
  return transaction(async (tx) => {
    const registry = await managedRegistry(tx, rotation.registryId);
    const secretId = await storeSecret(tx, rotation.password);
    await saveCredential(tx, registry.id, {
      authKind,
      username: connection.username ?? null,
      secretId,
      tokenRealmHost: connection.tokenRealmHost ?? null,
      caPem: connection.caPem ?? null,
    });
    if (registry.secretId) await deleteSecret(tx, registry.secretId);
    await setRights(tx, registry.id, rights);
    if (registry.state !== "paused")
      await enqueue(
        "reconcile-registry",
        { registryId: registry.id, trigger: "person" },
        { executor: tx, priority: "person", key: registry.id },
      );
    await recordAudit(tx, actor, {
      action: "registry.rotate-credential",
      target: targetOf(registry),
      before: { username: registry.username },
      after: { username: connection.username ?? null },
    });
    return { what: "credential", rights };
  });
}

async function rotateWebhookToken(actor: Actor, registryId: string): Promise<RotatedSecret> {
  return transaction(async (tx) => {
    const registry = await managedRegistry(tx, registryId);
    if (registry.webhookTokenId) await revokeApiToken(tx, registry.webhookTokenId);
    const token = await insertApiToken(tx, {
      kind: "webhook",
      name: `Webhook of ${registry.name}`,
      scope: { kind: "registry", id: registryId },
      createdBy: actor.kind === "user" ? actor.id : null,
      isDemo: registry.isDemo,
    });
    await setWebhookToken(tx, registryId, token.id);
    await recordAudit(tx, actor, {
      action: "registry.rotate-webhook-token",
      target: targetOf(registry),
      after: { prefix: token.prefix },
    });
    await recordChange(tx, `registry:${registryId}`, "accounts");
    return { what: "webhookToken", webhook: instructions(registryId, new URL(registry.url).host, token.token) };
  });
}
