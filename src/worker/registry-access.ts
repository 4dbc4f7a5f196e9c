import { config } from "#config.ts";
import { createRegistryClient, type RegistryClient } from "#connectors/registry/client.ts";
import { AppError } from "#domain/app-error.ts";
import { findRegistry, type RegistryRow } from "#store/registry/registry.ts";
import { readSecret } from "#store/secrets.ts";

// One client per registry and process, so that its limit on open requests and its tokens are shared by all jobs.
const clients = new Map<string, { fingerprint: string; client: RegistryClient }>();

/** The client of a connected registry, signed in with its stored credential. Throws `not-found` when it is disconnected. */
export async function registryClientFor(registryId: string): Promise<RegistryClient> {
  const registry = await findRegistry(registryId);
  if (!registry) throw new AppError("not-found", "This registry is no longer connected.");
  return clientOf(registry);
}

/** Why a registry is not asked: it is disconnected, or a person paused it. */
export function notAsked(registry: RegistryRow | undefined): string {
  return registry
    ? "The registry is paused: nothing was read. Resuming compares it at once."
    : "The registry is no longer connected: nothing was read.";
}

/** As `registryClientFor`, for a row that is at hand. */
export async function clientOf(registry: RegistryRow): Promise<RegistryClient> {
  const { url, username, secretId, tokenRealmHost, caPem } = registry;
  const fingerprint = JSON.stringify([url, username, secretId, tokenRealmHost, caPem, registry.settings.demoPort]);
  const known = clients.get(registry.id);
  if (known?.fingerprint === fingerprint) return known.client;
  const password = secretId ? await readSecret(secretId) : undefined;
  if (secretId && password === undefined)
    throw new AppError("not-found", "The stored credential of this registry is gone. Enter it again.");
  const client = createRegistryClient({
    url,
    credentials: password === undefined ? null : { username: username ?? "", password },
    tokenRealmHost,
    caPem: caPem ?? undefined,
    rules: {
      allowLoopback: config().allowLoopback,
      loopbackPort: registry.kind === "demo" ? registry.settings.demoPort : undefined,
    },
  });
  clients.set(registry.id, { fingerprint, client });
  return client;
}
