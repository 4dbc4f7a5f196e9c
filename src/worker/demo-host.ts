import { randomBytes } from "node:crypto";
import { rm } from "node:fs/promises";
import path from "node:path";
import { config } from "#config.ts";
import { type DemoRegistry, startDemoRegistry } from "#demo/demo-registry.ts";
import { webhookUrl } from "#domain/webhook-snippets.ts";
import { log } from "#log.ts";
import { insertApiToken, revokeApiToken } from "#store/account/api-token.ts";
import { type RegistryRow, setWebhookToken } from "#store/registry/registry.ts";
import { readSecret } from "#store/secrets.ts";
import { transaction } from "#store/transaction.ts";

export const DEMO_USER = "demo";

let running: DemoRegistry | null = null;

/** Folder of the demo registry below the data folder. */
export const demoFolder = (): string => path.join(config().dataDir, "demo-registry");

/** Starts the loopback registry with a new password on any free port, before it is connected. */
export async function startFreshHost(): Promise<{ host: DemoRegistry; password: string }> {
  await stopHost();
  await rm(demoFolder(), { recursive: true, force: true });
  const password = randomBytes(24).toString("base64url");
  running = await startDemoRegistry({ storage: demoFolder(), credentials: { username: DEMO_USER, password } });
  return { host: running, password };
}

/**
 * Brings the loopback registry of a loaded demo up again, on its own port with its own password. Null when another process
 * of this machine holds the port: then that one hosts it.
 */
export async function resumeHost(registry: RegistryRow): Promise<DemoRegistry | null> {
  if (running) return running;
  const password = registry.secretId ? await readSecret(registry.secretId) : undefined;
  const port = registry.settings.demoPort;
  if (password === undefined || port === undefined) return null;
  try {
    running = await startDemoRegistry({ port, storage: demoFolder(), credentials: { username: DEMO_USER, password } });
  } catch (error) {
    if (!(error instanceof Error && "code" in error && error.code === "EADDRINUSE")) throw error;
    log.info({ port }, "the demo registry is hosted by another process");
    return null;
  }
  await subscribeHost(registry, running);
  return running;
}

/** Points the registry's notifications at our own events route, with a new webhook token; the old one ends. */
export async function subscribeHost(
  registry: Pick<RegistryRow, "id" | "name" | "webhookTokenId">,
  host: DemoRegistry,
): Promise<void> {
  const token = await transaction(async (tx) => {
    if (registry.webhookTokenId) await revokeApiToken(tx, registry.webhookTokenId);
    const made = await insertApiToken(tx, {
      kind: "webhook",
      name: `Webhook of ${registry.name}`,
      scope: { kind: "registry", id: registry.id },
      isDemo: true,
    });
    await setWebhookToken(tx, registry.id, made.id);
    return made.token;
  });
  host.notifyAt({
    url: webhookUrl(ownAddress(), registry.id),
    headers: { Authorization: `Bearer ${token}` },
    ignore: ["pull", "mount"],
  });
}

/** Stops the registry; its files stay unless `forget` is set. */
export async function stopHost(options: { forget?: boolean } = {}): Promise<void> {
  const host = running;
  running = null;
  await host?.stop();
  if (options.forget) await rm(demoFolder(), { recursive: true, force: true });
}

/** The web process as seen from this machine, whatever its public address is. */
function ownAddress(): string {
  const { host, port } = config();
  const name = host === "0.0.0.0" || host === "::" ? "127.0.0.1" : host.includes(":") ? `[${host}]` : host;
  return `http://${name}:${port}`;
}
