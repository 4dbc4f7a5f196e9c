import http from "node:http";
import { AppError, errorStatus } from "#domain/app-error.ts";
import { ingestRegistryEvents } from "#ingest/registry-events.ts";

export interface EventsServer {
  url: string;
  port: number;
  /** Status of every answer so far. */
  statuses: number[];
  stop(): Promise<void>;
}

/** The events route's own handler behind a plain HTTP server, for registries that must be started before the registry is connected. */
export async function startEventsServer(registryId: () => string = () => "", listenOn = 0): Promise<EventsServer> {
  const statuses: number[] = [];
  const server = http.createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const headers = new Headers();
    for (const [name, value] of Object.entries(request.headers))
      if (typeof value === "string") headers.set(name, value);
    const body = Buffer.concat(chunks);
    let status = 500;
    try {
      const answer = await ingestRegistryEvents(
        /registries\/([^/]+)\/events/.exec(request.url ?? "")?.[1] ?? registryId(),
        new Request("http://localhost/hook", { method: "POST", headers, body }),
      );
      status = answer.status;
    } catch (error) {
      if (error instanceof AppError) status = errorStatus[error.code];
    }
    statuses.push(status);
    response.writeHead(status).end();
  });
  await new Promise<void>((resolve) => server.listen(listenOn, "127.0.0.1", resolve));
  const address = server.address();
  const port = typeof address === "object" && address ? address.port : 0;
  return {
    url: `http://127.0.0.1:${port}/hook`,
    port,
    statuses,
    stop: () =>
      new Promise((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  };
}
