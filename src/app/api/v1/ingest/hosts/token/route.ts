import { guardedRoute } from "#app/api-route.ts";
import { exchangeAgentToken } from "#ingest/agent-token-exchange.ts";

/** Exchanges an agent's token for the one that replaces it, after an admin asked for that. */
export const POST = guardedRoute(
  { guard: { kind: "token", tokenKind: "agent" }, summary: "Exchanges an agent's token", status: 201 },
  async (request) => Response.json(await exchangeAgentToken(request), { status: 201 }),
);
