import { guardedRoute } from "#app/api-route.ts";
import { ingestHostReport } from "#ingest/host-reports.ts";

/** A Docker host's report, gzip or zstd. */
export const POST = guardedRoute(
  { guard: { kind: "token", tokenKind: "agent" }, summary: "Takes a report of a Docker host", status: 202 },
  async (request) => Response.json(await ingestHostReport(request), { status: 202 }),
);
