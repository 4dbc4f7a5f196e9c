import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { POST as postHeartbeat } from "#app/api/v1/ingest/host-heartbeats/route.ts";
import { POST as postReport } from "#app/api/v1/ingest/host-reports/route.ts";
import { GET as getRequests } from "#app/api/v1/ingest/host-requests/route.ts";
import { POST as postEnrol } from "#app/api/v1/ingest/hosts/enrol/route.ts";
import { POST as postToken } from "#app/api/v1/ingest/hosts/token/route.ts";
import type { RouteHandler } from "#app/api-route.ts";

const routes: Record<string, RouteHandler> = {
  "/api/v1/ingest/hosts/enrol": postEnrol,
  "/api/v1/ingest/hosts/token": postToken,
  "/api/v1/ingest/host-reports": postReport,
  "/api/v1/ingest/host-heartbeats": postHeartbeat,
  "/api/v1/ingest/host-requests": getRequests,
};

export interface IngestServer {
  url: string;
  /** How the server meets a request now: it serves, refuses connections, or takes a request in and loses the answer. */
  mood: { value: "serves" | "away" | "loses-answers" };
  close(): void;
}

/** The product's own ingest routes behind a port, as an agent finds them. */
export async function startIngestServer(): Promise<IngestServer> {
  const mood: IngestServer["mood"] = { value: "serves" };
  const server = createServer(async (request, response) => {
    if (mood.value === "away") return response.destroy();
    const gone = new AbortController();
    response.on("close", () => gone.abort());
    try {
      const chunks: Buffer[] = [];
      for await (const chunk of request) chunks.push(chunk);
      const headers = new Headers(Object.entries(request.headers).map(([name, value]) => [name, String(value)]));
      const answer = await routes[request.url ?? ""]?.(
        new Request(`http://localhost${request.url}`, {
          headers,
          signal: gone.signal,
          ...(request.method === "POST" ? { method: "POST", body: Buffer.concat(chunks) } : {}),
        }),
        { params: Promise.resolve({}) },
      );
      const text = await answer?.text();
      if (mood.value !== "serves") return response.destroy();
      const retryAfter = answer?.headers.get("retry-after");
      response.writeHead(answer?.status ?? 404, {
        "content-type": "application/json",
        ...(retryAfter ? { "retry-after": retryAfter } : {}),
      });
      response.end(text);
    } catch {
      // The agent was killed while it spoke.
      response.destroy();
    }
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    mood,
    close: () => {
      server.closeAllConnections();
      server.close();
    },
  };
}
