import { apiRoute } from "#app/api-route.ts";
import { agentFacts } from "#queries/host/agent-download.ts";

export const GET = apiRoute({
  role: "viewer",
  summary: "Address and SHA-256 of the agent that this server hands out",
  handle: () => agentFacts(),
});
