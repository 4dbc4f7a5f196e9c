import { config } from "#config.ts";
import { createRegistryClient, type RegistryClient } from "#connectors/registry/client.ts";
import { AppError } from "#domain/app-error.ts";
import { pool } from "#store/client.ts";
import { findRegistry, type RegistryRow, setConnectionState } from "#store/registry/registry.ts";
import { readSecret, UnreadableSecretError } from "#store/secrets.ts";
import { PermanentJobError } from "./define-job.ts";

// One client per registry and process, so that its limit on open requests and its tokens are shared by all jobs.
const clients = new Map<string, { fingerprint: string; client: RegistryClient }>();

/** The client of a connected registry, signed in with its stored credential. Throws `not-found` when it is disconnected. */
export async function registryClientFor(registryId: string): Promise<RegistryClient> {
  const registry = await findRegistry(registryId);
  if (!registry) throw new AppError("not-found", "This registry is no longer connected.");
  return clientOf(registry);
}

/** Marks a registry whose credential the key does not open: no job for it can do anything until a person enters it again. */
async function passwordOf(registry: RegistryRow, secretId: string): Promise<string | undefined> {
  try {
    return await readSecret(secretId);
  } catch (error) {
    if (!(error instanceof UnreadableSecretError)) throw error;
    const reason =
      "Its stored credential cannot be read with the key that Breakwater runs with. Restore the key, or enter the credential again in Settings.";
    await setConnectionState(pool(), registry.id, { state: "noRight", reason });
    throw new PermanentJobError(reason, { cause: error });
  }
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
  const password = secretId ? await passwordOf(registry, secretId) : undefined;
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
