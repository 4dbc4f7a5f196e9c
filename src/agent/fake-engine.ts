import { readFileSync } from "node:fs";
import { createServer, type Server, type ServerResponse } from "node:http";
import path from "node:path";
import type { TracedExchange } from "./collect/collect.ts";

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
    const asked = request.url ?? "";
    requests.push(`${request.method} ${asked}`);
    if (request.method !== "GET" || !allowed.test(asked)) {
      refused.push(`${request.method} ${asked}`);
      return say(response, 403, { message: "this engine takes GET on a short list only" });
    }
    if (asked === "/_ping") return say(response, 200, "OK");
    const [, version = "", rest = ""] = /^\/v(1\.\d+)(\/.*)$/.exec(asked) ?? [];
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
    // A number stands for an engine that fails with that status.
    if (typeof answer === "number") return say(response, answer, { message: "the engine failed" });
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

/**
 * An engine that answers from a recorded trace (`exchanges.jsonl` of `breakwater-agent record`) and refuses every request
 * that was not recorded.
 */
export async function startTracedEngine(socketPath: string, folder: string): Promise<Omit<FakeEngine, "emit">> {
  const text = readFileSync(path.join(folder, "exchanges.jsonl"), "utf8");
  const recorded = new Map(
    text
      .split("\n")
      .filter(Boolean)
      .map((line) => {
        const exchange: TracedExchange = JSON.parse(line);
        return [`${exchange.method} ${exchange.path}`, exchange];
      }),
  );
  const requests: string[] = [];
  const refused: string[] = [];
  const server = createServer((request, response) => {
    const asked = `${request.method} ${request.url}`;
    requests.push(asked);
    const exchange = recorded.get(asked);
    if (!exchange) refused.push(asked);
    response.writeHead(exchange?.status ?? 403, {
      "content-type": "application/json",
      ...(exchange?.apiVersion ? { "api-version": exchange.apiVersion } : {}),
    });
    response.end(JSON.stringify(exchange ? exchange.body : { message: "not in the recorded trace" }));
  });
  await new Promise<void>((resolve) => server.listen(socketPath, resolve));
  const close = async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  };
  return { socketPath, requests, refused, close };
}
