import { createServer, type Server, type ServerResponse } from "node:http";

export interface FakeEngine {
  socketPath: string;
  /** Every request that came, as `METHOD path`. */
  requests: string[];
  /** Requests that an agent must never make; empty when all is well. */
  refused: string[];
  /** Sends one event to every open event stream. */
  emit: (event: object) => void;
  close: () => Promise<void>;
}

const allowed =
  /^(\/_ping|\/v1\.\d\d\/(version|info|containers\/json\?all=1|containers\/[0-9a-f]{64}\/(json|top)|images\/json|images\/sha256:[0-9a-f]{64}\/(json|history)|networks|volumes|plugins|swarm|nodes|services|secrets|exec\/[0-9a-f]+\/json|events\?.*))$/;

/**
 * An engine for tests of the agent, over a Unix socket: answers `answers` by path without version, speaks `apiVersion`,
 * refuses clients below `minimum` as engine 29 does, and refuses whatever is not a GET on the agent's list.
 */
export async function startFakeEngine(
  socketPath: string,
  { answers, apiVersion, minimum = "1.24" }: { answers: Record<string, unknown>; apiVersion: string; minimum?: string },
): Promise<FakeEngine> {
  const requests: string[] = [];
  const refused: string[] = [];
  const streams = new Set<ServerResponse>();
  const say = (response: ServerResponse, status: number, body: unknown) => {
    response.writeHead(status, { "content-type": "application/json", "api-version": apiVersion });
    response.end(JSON.stringify(body));
  };
  const server: Server = createServer((request, response) => {
    const path = request.url ?? "";
    requests.push(`${request.method} ${path}`);
    if (request.method !== "GET" || !allowed.test(path)) {
      refused.push(`${request.method} ${path}`);
      return say(response, 403, { message: "this engine takes GET on a short list only" });
    }
    if (path === "/_ping") return say(response, 200, "OK");
    const [, version = "", rest = ""] = /^\/v(1\.\d+)(\/.*)$/.exec(path) ?? [];
    const minor = (text: string) => Number(text.split(".")[1]);
    if (minor(version) > minor(apiVersion))
      return say(response, 400, { message: `client version ${version} is too new. Maximum is ${apiVersion}` });
    if (minor(version) < minor(minimum))
      return say(response, 400, { message: `client version ${version} is too old. Minimum is ${minimum}` });
    if (rest.startsWith("/events")) {
      response.writeHead(200, { "content-type": "application/json" });
      response.flushHeaders();
      streams.add(response);
      response.on("close", () => streams.delete(response));
      return;
    }
    const answer = answers[rest];
    if (answer === undefined) return say(response, 404, { message: `page not found: ${rest}` });
    say(response, 200, answer);
  });
  await new Promise<void>((resolve) => server.listen(socketPath, resolve));
  return {
    socketPath,
    requests,
    refused,
    emit: (event) => {
      for (const stream of streams) stream.write(`${JSON.stringify(event)}\n`);
    },
    close: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
