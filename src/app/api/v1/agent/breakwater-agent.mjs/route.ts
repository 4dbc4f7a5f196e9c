import { guardedRoute } from "#app/api-route.ts";
import { agentBundle } from "#queries/host/agent-download.ts";

/** The agent as one file. Public: a host fetches it before it has any token, and it holds no secret. */
export const GET = guardedRoute(
  {
    guard: { kind: "public", because: "a host fetches the agent before it is enrolled; the file holds no secret" },
    summary: "The Docker host agent",
  },
  async () => {
    const { bytes, sha256 } = await agentBundle();
    return new Response(bytes, {
      headers: { "content-type": "text/javascript; charset=utf-8", etag: `"${sha256}"`, "x-content-sha256": sha256 },
    });
  },
);
