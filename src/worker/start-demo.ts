import { config } from "#config.ts";
import { log } from "#log.ts";
import { enqueue } from "#store/queue/queue.ts";
import { findDemoRegistry } from "#store/registry/registry.ts";
import { resumeHost } from "./demo-host.ts";

/**
 * At the start of a worker: brings the registry of a loaded demo up again, and with BREAKWATER_DEMO=1 loads the demo unless it is
 * there. Never stops the worker from starting.
 */
export async function startDemoIfAsked(): Promise<void> {
  try {
    const registry = await findDemoRegistry();
    if (registry) await resumeHost(registry);
    else if (config().demo) await enqueue("load-demo", { action: "load" }, { priority: "person", key: "load" });
  } catch (error) {
    log.error({ err: error }, "the demo could not be started");
  }
}
