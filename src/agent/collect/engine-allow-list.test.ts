import { mkdtempSync, rmSync } from "node:fs";
import { createServer, type Server } from "node:http";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { EngineApi } from "./engine-api.ts";

// An engine that takes anything and remembers it: what arrives here has left the agent.
let folder: string;
let server: Server;
let arrived: string[];
let api: EngineApi;

beforeEach(async () => {
  folder = mkdtempSync(path.join(tmpdir(), "bw-allow-list-"));
  arrived = [];
  server = createServer((request, response) => {
    arrived.push(`${request.method} ${request.url}`);
    response.writeHead(200, { "api-version": "1.43", "content-type": "application/json" });
    response.end("{}");
  });
  const socket = path.join(folder, "engine.sock");
  await new Promise<void>((resolve) => server.listen(socket, resolve));
  api = new EngineApi(socket);
});
afterEach(() => {
  api.close();
  server.close();
  rmSync(folder, { recursive: true, force: true });
});

const id = "a".repeat(64);

test.each([
  "/containers/create",
  `/containers/${id}/start`,
  `/containers/${id}/exec`,
  `/containers/${id}/archive?path=/etc/shadow`,
  `/containers/${id}/export`,
  `/containers/${id}/logs?stdout=1`,
  `/containers/${id}/attach/ws?stream=1`,
  `/containers/${id}/json/../../../exec`,
  `/containers/..%2fimages/json`,
  `/containers/${id}/json?size=1`,
  `/containers/json?all=1&x=/`,
  `/images/sha256:${id}/get`,
  "/images/get?names=a",
  "/images/json\r\nX: y",
  "/info#",
  "/swarm/unlockkey",
  "/secrets/abc",
  "/configs",
  "/session",
  "/grpc",
  "/plugins/privileges?remote=x",
  "/distribution/alpine/json",
  "/system/df",
  "",
])("the agent never asks the engine for %s", async (unlisted) => {
  await expect(api.get(unlisted)).rejects.toThrow(/does not ask for/);
  // Only the negotiation of the version came through.
  expect(arrived).toEqual(["GET /_ping"]);
});

test("what is on the list leaves as GET, whoever asks", async () => {
  for (const listed of ["/info", "/containers/json?all=1", `/containers/${id}/top`, `/images/sha256:${id}/history`])
    await api.get(listed);
  expect(arrived).toEqual([
    "GET /_ping",
    "GET /v1.43/info",
    "GET /v1.43/containers/json?all=1",
    `GET /v1.43/containers/${id}/top`,
    `GET /v1.43/images/sha256:${id}/history`,
  ]);
});
