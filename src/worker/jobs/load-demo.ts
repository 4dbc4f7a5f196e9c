import { pool } from "#store/client.ts";
import { deleteDemoAdvisories, deleteDemoFlaws, deleteDemoRegistries } from "#store/demo.ts";
import type { JobPayload } from "#store/queue/queue.ts";
import { findDemoRegistry } from "#store/registry/registry.ts";
import { readSecret } from "#store/secrets.ts";
import { transaction } from "#store/transaction.ts";
import { connectDemo } from "../connect-demo.ts";
import { defineJob } from "../define-job.ts";
import { DEMO_USER, resumeHost, stopHost, subscribeHost } from "../demo-host.ts";
import { importDemoAdvisories } from "../import-demo-advisories.ts";
import { pushDemoImages } from "../push-demo-images.ts";
import { rematchTouched } from "../rematch.ts";
import { reconcileRegistryJob } from "./reconcile-registry.ts";

export default defineJob("load-demo", (payload, { signal }) => loadDemoJob(payload, signal));

/** Loads the demo estate through registry, queue and scanner, or removes every trace of it. Either may be run again. */
export async function loadDemoJob({ action }: JobPayload<"load-demo">, signal: AbortSignal): Promise<void> {
  await (action === "load" ? load(signal) : remove(signal));
}

async function load(signal: AbortSignal): Promise<void> {
  const known = await findDemoRegistry();
  const registry = known ?? (await connectDemo());
  const host = await resumeHost(registry);
  // Another process of this machine hosts it and has taken the load job's pushes before.
  if (!host) return;
  if (!known) await subscribeHost(registry, host);
  await importDemoAdvisories(signal);
  const compare = () => reconcileRegistryJob({ registryId: registry.id, trigger: "connected" }, signal);
  // An empty registry is connected first, so that what is pushed now counts as pushed and not as found.
  if (!registry.lastReconciledAt) await compare();
  const password = registry.secretId ? await readSecret(registry.secretId) : undefined;
  const target = { url: host.url, credentials: { username: DEMO_USER, password: password ?? "" } };
  await pushDemoImages({ registryId: registry.id, target, signal, compare });
}

async function remove(signal: AbortSignal): Promise<void> {
  await stopHost({ forget: true });
  await transaction(deleteDemoRegistries);
  await transaction(deleteDemoAdvisories);
  await rematchTouched(signal);
  await deleteDemoFlaws(pool());
}
