import { collectDefaultMetrics, Gauge, Registry } from "prom-client";
import { requestActor } from "#app/actor.ts";
import { guardedRoute } from "#app/api-route.ts";
import { config } from "#config.ts";
import { requireRole } from "#domain/require-role.ts";
import { type MetricSample, systemMetrics } from "#queries/queue/system-metrics.ts";

export const dynamic = "force-dynamic";

// Next loads a module once per route bundle; Node's own gauges may be registered once.
const holder = globalThis as typeof globalThis & { breakwaterProcessMetrics?: Registry };

/** Prometheus text: gauges of this process and of the whole installation. */
export const GET = guardedRoute(
  {
    guard: {
      kind: "public",
      because: "an api token is required as soon as anything but this machine itself can reach the server",
    },
    summary: "Metrics for Prometheus",
  },
  async (request, _context, requestId) => {
    if (!isFromThisMachine(request)) requireRole((await requestActor(request.headers, requestId)).actor, "viewer");
    const text = `${await processRegistry().metrics()}\n${await toText(await systemMetrics())}`;
    return new Response(text, { headers: { "content-type": processRegistry().contentType } });
  },
);

/** Only a server that listens on loopback without a proxy in front can tell: elsewhere the address is the sender's word. */
function isFromThisMachine(request: Request): boolean {
  const { host, hasPublicUrl } = config();
  const listensLocally = host === "localhost" || host === "::1" || host.startsWith("127.");
  const forwarded = (request.headers.get("x-forwarded-for") ?? "").split(",").map((entry) => entry.trim());
  return (
    listensLocally &&
    !hasPublicUrl &&
    forwarded.every((address) => /^(|::1|127\.[\d.]+|::ffff:127\.[\d.]+)$/.test(address))
  );
}

function processRegistry(): Registry {
  if (!holder.breakwaterProcessMetrics) {
    const registry = new Registry();
    collectDefaultMetrics({ register: registry, prefix: "breakwater_" });
    holder.breakwaterProcessMetrics = registry;
  }
  return holder.breakwaterProcessMetrics;
}

async function toText(samples: readonly MetricSample[]): Promise<string> {
  const registry = new Registry();
  const gauges = new Map<string, Gauge>();
  for (const { name, help, labels, value } of samples) {
    const gauge =
      gauges.get(name) ??
      new Gauge({ name: `breakwater_${name}`, help, labelNames: Object.keys(labels), registers: [registry] });
    gauges.set(name, gauge);
    gauge.set(labels, value);
  }
  return registry.metrics();
}
