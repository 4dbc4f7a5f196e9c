import { apiRoute } from "#app/api-route.ts";
import { LocalAgentsParams, localAgents } from "#queries/host/local-agents.ts";

export const GET = apiRoute({
  role: "viewer",
  summary: "The machines that Breakwater runs on: engines found there, and the agent that reads them",
  query: LocalAgentsParams,
  handle: ({ actor, query }) => localAgents(actor, query),
});
