import { openAsBlob } from "node:fs";
import { guardedRoute } from "#app/api-route.ts";
import { AppError } from "#domain/app-error.ts";
import { agentExecutable } from "#queries/host/agent-download.ts";

/** The agent as a single executable. Public as the bundle is: it holds no secret. */
export const GET = guardedRoute(
  {
    guard: { kind: "public", because: "a host fetches the agent before it is enrolled; the file holds no secret" },
    summary: "The Docker host agent as a single executable for this server's kind of machine",
  },
  async () => {
    const executable = await agentExecutable();
    if (!executable)
      throw new AppError(
        "not-found",
        "This server has no single executable. It is built a few seconds after the start; use Node or the container until then.",
      );
    // A blob over the file: read as it is sent, never whole in memory.
    return new Response(await openAsBlob(executable.path), {
      headers: {
        "content-type": "application/octet-stream",
        "content-length": String(executable.bytes),
        "x-content-sha256": executable.sha256,
      },
    });
  },
);
