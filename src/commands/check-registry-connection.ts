import { clock } from "#clock.ts";
import { config } from "#config.ts";
import { createRegistryClient } from "#connectors/registry/client.ts";
import { testRights } from "#connectors/registry/test-rights.ts";
import { AppError } from "#domain/app-error.ts";
import type { RegistryRights } from "#domain/registry-rights.ts";
import { requireRole } from "#domain/require-role.ts";
import type { Actor } from "#domain/role.ts";
import { recordAudit } from "#store/audit.ts";
import { findRegistry, setRights } from "#store/registry/registry.ts";
import { readSecret } from "#store/secrets.ts";
import { transaction } from "#store/transaction.ts";
import { RegistryId, targetOf } from "./managed-registry.ts";

/** Tests the rights of a connected registry with its stored credential and keeps the outcome on it. */
export async function checkRegistryConnection(actor: Actor, input: unknown): Promise<RegistryRights> {
  requireRole(actor, "admin");
  const { registryId } = RegistryId.parse(input);
  const registry = await findRegistry(registryId);
  if (!registry) throw new AppError("not-found", "This registry is not connected.");
  const password = registry.secretId ? await readSecret(registry.secretId) : undefined;
  const client = createRegistryClient({
    url: registry.url,
    credentials: password === undefined ? null : { username: registry.username ?? "", password },
    tokenRealmHost: registry.tokenRealmHost,
    caPem: registry.caPem ?? undefined,
    rules: {
      allowLoopback: config().allowLoopback,
      loopbackPort: registry.kind === "demo" ? registry.settings.demoPort : undefined,
    },
    maxTries: 2,
  });
  const { kind, authKind, settings } = registry;
  const rights = await testRights({
    client,
    kind,
    authKind,
    repositories: settings.repositories,
    now: clock.now(),
    signal: AbortSignal.timeout(60_000),
  });
  await transaction(async (tx) => {
    await setRights(tx, registryId, rights);
    await recordAudit(tx, actor, {
      action: "registry.test",
      target: targetOf(registry),
      after: { rights: rights.rights.map(({ name, state }) => `${name}: ${state}`) },
    });
  });
  return rights;
}
