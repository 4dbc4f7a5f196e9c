import { guardedRoute } from "#app/api-route.ts";
import { enrolHost } from "#ingest/host-enrolment.ts";

/** Exchanges an enrolment token for a host's id and its agent's own token. */
export const POST = guardedRoute(
  { guard: { kind: "token", tokenKind: "enrol" }, summary: "Enrols a Docker host", status: 201 },
  async (request) => Response.json(await enrolHost(request), { status: 201 }),
);
