import { guardedRoute } from "#app/api-route.ts";
import { cloudEventsHandshake, ingestRegistryEvents } from "#ingest/registry-events.ts";

/** Pushes and deletes of one registry: ACR webhooks, Event Grid, CloudEvents, Distribution notifications, Harbor, GHCR. */
export const POST = guardedRoute(
  { guard: { kind: "token", tokenKind: "webhook" }, summary: "Takes events of a registry", status: 202 },
  async (request, context) => {
    const { id } = await context.params;
    const answer = await ingestRegistryEvents(String(id), request);
    return Response.json(answer.body, { status: answer.status });
  },
);

export const OPTIONS = guardedRoute(
  {
    guard: { kind: "public", because: "the CloudEvents handshake echoes the asking host and changes nothing" },
    summary: "CloudEvents handshake",
  },
  async (request) => new Response(null, { status: 200, headers: cloudEventsHandshake(request.headers) }),
);
