import { guardedRoute } from "#app/api-route.ts";
import { productVersion } from "#domain/product-version.ts";
import { processHealth } from "#queries/queue/process-health.ts";

export const dynamic = "force-dynamic";

/** Liveness (it answers) and readiness (200, else 503) for launchers, containers and load balancers. */
export const GET = guardedRoute(
  {
    guard: {
      kind: "public",
      because: "launchers and load balancers ask it without an account, and it tells only up or down",
    },
    summary: "Whether this process can serve: database and job queue",
  },
  async () => {
    const health = await processHealth();
    return Response.json({ ...health, version: productVersion }, { status: health.status === "ok" ? 200 : 503 });
  },
);
