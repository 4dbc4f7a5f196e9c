import { clock } from "#clock.ts";
import { createRegistryClient } from "#connectors/registry/client.ts";
import { testRights } from "#connectors/registry/test-rights.ts";
import { RegistrySettings } from "#domain/registry-settings.ts";
import { insertApiToken } from "#store/account/api-token.ts";
import { newId } from "#store/ids.ts";
import { findDemoRegistry, insertRegistry, type RegistryRow } from "#store/registry/registry.ts";
import { storeSecret } from "#store/secrets.ts";
import { transaction } from "#store/transaction.ts";
import { DEMO_USER, startFreshHost } from "./demo-host.ts";

/** Starts the demo registry and connects it as any other: rights tested, credential encrypted, webhook token bound to it. */
export async function connectDemo(): Promise<RegistryRow> {
  const { host, password } = await startFreshHost();
  const client = createRegistryClient({
    url: host.url,
    credentials: { username: DEMO_USER, password },
    // Exactly this port, even where loopback is closed to connectors.
    rules: { allowLoopback: false, loopbackPort: host.port },
  });
  const rights = await testRights({ client, kind: "demo", authKind: "password", repositories: null, now: clock.now() });
  const id = newId();
  const name = "Demo registry";
  await transaction(async (tx) => {
    const token = await insertApiToken(tx, {
      kind: "webhook",
      name: `Webhook of ${name}`,
      scope: { kind: "registry", id },
      isDemo: true,
    });
    await insertRegistry(tx, {
      id,
      name,
      kind: "demo",
      url: host.url,
      authKind: "password",
      username: DEMO_USER,
      secretId: await storeSecret(tx, password),
      tokenRealmHost: null,
      caPem: null,
      settings: RegistrySettings.parse({ demoPort: host.port, plainHttp: true }),
      rights,
      owner: null,
      environment: "demo",
      webhookTokenId: token.id,
      createdBy: null,
      isDemo: true,
      nextReconcileAt: new Date(clock.now().getTime() + 15 * 60_000),
    });
  });
  const registry = await findDemoRegistry();
  if (!registry) throw new Error("The demo registry vanished while it was connected");
  return registry;
}
