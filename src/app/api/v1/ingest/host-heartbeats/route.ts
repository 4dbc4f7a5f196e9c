import { guardedRoute } from "#app/api-route.ts";
import { ingestHostHeartbeat } from "#ingest/host-reports.ts";

/** An agent's sign of life between reports. */
export const POST = guardedRoute(
  { guard: { kind: "token", tokenKind: "agent" }, summary: "Takes a sign of life of a Docker host" },
  async (request) => Response.json(await ingestHostHeartbeat(request)),
);
