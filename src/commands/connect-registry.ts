import { z } from "zod";
import { clock } from "#clock.ts";
import { config } from "#config.ts";
import { AppError } from "#domain/app-error.ts";
import { links } from "#domain/links.ts";
import type { RegistryRights } from "#domain/registry-rights.ts";
import { RegistrySettings } from "#domain/registry-settings.ts";
import { requireRole } from "#domain/require-role.ts";
import type { Actor } from "#domain/role.ts";
import { type WebhookSnippet, webhookHeader, webhookSnippets, webhookUrl } from "#domain/webhook-snippets.ts";
import { insertApiToken } from "#store/account/api-token.ts";
import { recordAudit } from "#store/audit.ts";
import { newId } from "#store/ids.ts";
import { enqueue } from "#store/queue/queue.ts";
import { findRegistryByUrl, insertRegistry } from "#store/registry/registry.ts";
import { storeSecret } from "#store/secrets.ts";
import { transaction } from "#store/transaction.ts";
import { RegistryConnection, requireUsable, tryConnection } from "./registry-connection.ts";

const Details = z.object({
  name: z.string().trim().min(1).max(100).optional(),
  owner: z.string().trim().max(200).nullish(),
  environment: z.string().trim().max(100).nullish(),
  ignoreTags: RegistrySettings.shape.ignoreTags,
  retireUntagged: RegistrySettings.shape.retireUntagged,
  reconcileMinutes: RegistrySettings.shape.reconcileMinutes,
});

/** What the connect page shows once: the webhook's token is stored only as a hash. */
export interface WebhookInstructions {
  url: string;
  header: { name: string; value: string };
  token: string;
  snippets: WebhookSnippet[];
}
export interface ConnectedRegistry {
  id: string;
  href: string;
  rights: RegistryRights;
  webhook: WebhookInstructions;
}

/**
 * Connects a registry: tests its rights, stores the credential encrypted, makes the webhook token and starts the first
 * comparison. Throws `conflict` when the address is connected already and `upstream-*` when it could not be used.
 */
export async function connectRegistry(actor: Actor, input: unknown): Promise<ConnectedRegistry> {
  requireRole(actor, "admin");
  const connection = RegistryConnection.parse(input);
  const details = Details.parse(input);
  await requireNew(connection.url);
  const rights = await tryConnection(connection);
  requireUsable(rights);
  return transaction(async (tx) => {
    await requireNew(connection.url);
    const id = newId();
    const host = new URL(connection.url).host;
    const name = details.name ?? host;
    const secretId = connection.authKind === "anonymous" ? null : await storeSecret(tx, connection.password ?? "");
    const createdBy = actor.kind === "user" ? actor.id : null;
    const token = await insertApiToken(tx, {
      kind: "webhook",
      name: `Webhook of ${name}`,
      scope: { kind: "registry", id },
      createdBy,
    });
    const settings = RegistrySettings.parse({
      ...details,
      repositories: connection.repositories ?? null,
      plainHttp: connection.plainHttp,
    });
    await insertRegistry(tx, {
      id,
      name,
      kind: connection.kind,
      url: connection.url,
      authKind: connection.authKind,
      username: connection.authKind === "anonymous" ? null : (connection.username ?? null),
      secretId,
      tokenRealmHost: connection.tokenRealmHost ?? null,
      caPem: connection.caPem ?? null,
      settings,
      rights,
      owner: details.owner ?? null,
      environment: details.environment ?? null,
      webhookTokenId: token.id,
      createdBy,
      isDemo: false,
      nextReconcileAt: new Date(clock.now().getTime() + settings.reconcileMinutes * 60_000),
    });
    await enqueue(
      "reconcile-registry",
      { registryId: id, trigger: "connected" },
      { executor: tx, priority: "person", key: id },
    );
    await recordAudit(tx, actor, {
      action: "registry.connect",
      target: { kind: "registry", id, name },
      after: { url: connection.url, kind: connection.kind, authKind: connection.authKind, settings },
    });
    return { id, href: links.registry(id), rights, webhook: instructions(id, host, token.token) };
  });
}

/** Address, header and snippets for a webhook whose token is known right now. */
export function instructions(registryId: string, registryHost: string, token: string): WebhookInstructions {
  const url = webhookUrl(config().publicUrl, registryId);
  return { url, header: webhookHeader(token), token, snippets: webhookSnippets({ url, token, registryHost }) };
}

async function requireNew(url: string): Promise<void> {
  const known = await findRegistryByUrl(url);
  if (known) throw new AppError("conflict", `${new URL(url).host} is connected already as “${known.name}”.`);
}
