import { pool } from "#store/client.ts";
import { deleteDemoAdvisories, deleteDemoFlaws, deleteDemoRegistries } from "#store/demo.ts";
import type { JobPayload } from "#store/queue/queue.ts";
import { findDemoRegistry, setConnectionState } from "#store/registry/registry.ts";
import { readSecret } from "#store/secrets.ts";
import { transaction } from "#store/transaction.ts";
import { connectDemo } from "../connect-demo.ts";
import { defineJob } from "../define-job.ts";
import { DEMO_USER, resumeHost, stopHost, subscribeHost } from "../demo-host.ts";
import { importDemoAdvisories } from "../import-demo-advisories.ts";
import { pushDemoImages } from "../push-demo-images.ts";
import { rematchTouched } from "../rematch.ts";
import { reconcileRegistryJob } from "./reconcile-registry.ts";

export default defineJob("load-demo", async (payload, { signal, isLastAttempt }) => {
  try {
    await loadDemoJob(payload, signal);
  } catch (error) {
    if (isLastAttempt && payload.action === "load") await noteIncomplete(error);
    throw error;
  }
});

/** A demo that stays empty must say why where its lists are. */
async function noteIncomplete(error: unknown): Promise<void> {
  const registry = await findDemoRegistry();
  if (!registry) return;
  const why = error instanceof Error ? error.message : String(error);
  await setConnectionState(pool(), registry.id, {
    state: "degraded",
    reason: `The demo could not be loaded completely: ${why} Retry its job on System health.`,
  });
}

/**
 * Loads the demo estate through registry, queue and scanner, or removes every trace of it. Either may be run again, in any worker
 * process of this machine.
 */
export async function loadDemoJob({ action }: JobPayload<"load-demo">, signal: AbortSignal): Promise<void> {
  await (action === "load" ? load(signal) : remove(signal));
}

async function load(signal: AbortSignal): Promise<void> {
  const known = await findDemoRegistry();
  const registry = known ?? (await connectDemo());
  // Null where another process of this machine hosts it: the pushes reach it over HTTP all the same.
  const host = await resumeHost(registry);
  if (host && !known) await subscribeHost(registry, host);
  await importDemoAdvisories(signal);
  const compare = () => reconcileRegistryJob({ registryId: registry.id, trigger: "connected" }, signal);
  // An empty registry is connected first, so that what is pushed now counts as pushed and not as found.
  if (!registry.lastReconciledAt) await compare();
  const password = registry.secretId ? await readSecret(registry.secretId) : undefined;
  const target = { url: registry.url, credentials: { username: DEMO_USER, password: password ?? "" } };
  await pushDemoImages({ registryId: registry.id, target, signal, compare });
}

async function remove(signal: AbortSignal): Promise<void> {
  await stopHost({ forget: true });
  await transaction(deleteDemoRegistries);
  await transaction(deleteDemoAdvisories);
  await rematchTouched(signal);
  await deleteDemoFlaws(pool());
}
