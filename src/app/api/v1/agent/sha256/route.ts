import { guardedRoute } from "#app/api-route.ts";
import { agentBundle } from "#queries/host/agent-download.ts";

/** Sum of the agent in the form that sha256sum reads. */
export const GET = guardedRoute(
  {
    guard: { kind: "public", because: "a host checks the agent before it is enrolled" },
    summary: "SHA-256 of the Docker host agent",
  },
  async () => {
    const { sha256 } = await agentBundle();
    return new Response(`${sha256}  breakwater-agent.mjs\n`, {
      headers: { "content-type": "text/plain; charset=utf-8" },
    });
  },
);
