import { guardedRoute } from "#app/api-route.ts";
import { agentInstallScript } from "#queries/host/agent-download.ts";

/** The script that installs the agent as a systemd unit. */
export const GET = guardedRoute(
  {
    guard: { kind: "public", because: "a host runs it before it is enrolled; the token is given by the person" },
    summary: "Install script of the Docker host agent",
  },
  async () => {
    return new Response(await agentInstallScript(), {
      headers: { "content-type": "text/x-shellscript; charset=utf-8" },
    });
  },
);
