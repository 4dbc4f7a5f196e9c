import { type APIRequestContext, expect } from "@playwright/test";
import { change, read } from "./session.ts";

interface Containers {
  rows: { rootId: string; kind: string; name: string; isDemo: boolean; unhealthy: number }[];
}
interface Registry {
  images: number;
  runningScans: number;
  queuedScans: number;
}

/** The demo is loaded and nothing of it waits for a scan any more. Loads it when it is not. Returns its registry. */
export async function withDemo(request: APIRequestContext): Promise<string> {
  const welcome = await read<{ hasDemo: boolean }>(request, "welcome");
  if (!welcome.hasDemo) await change(request, { method: "POST", path: "/api/v1/demo" });
  await demoIsQuiet(request);
  const registry = await demoRegistry(request);
  if (!registry) throw new Error("the demo has no registry");
  return registry;
}

/** Waits until the job that loads or removes the demo is over and its scans are done. */
export async function demoIsQuiet(request: APIRequestContext): Promise<void> {
  await expect
    .poll(() => read<{ isDemoChanging: boolean }>(request, "welcome").then((state) => state.isDemoChanging), {
      timeout: 240_000,
      intervals: [500],
    })
    .toBe(false);
  await expect
    .poll(
      async () => {
        const id = await demoRegistry(request);
        if (!id) return "no registry";
        const { images, runningScans, queuedScans } = await read<Registry>(request, `registries/${id}`);
        return images > 0 && runningScans + queuedScans === 0 ? "quiet" : "busy";
      },
      { timeout: 240_000, intervals: [500] },
    )
    .not.toBe("busy");
}

/** Id of the demo's registry, null without a demo. */
export async function demoRegistry(request: APIRequestContext): Promise<string | null> {
  const { rows } = await read<Containers>(request, "containers?type=registry");
  return rows.find((row) => row.isDemo && row.kind === "registry")?.rootId ?? null;
}
