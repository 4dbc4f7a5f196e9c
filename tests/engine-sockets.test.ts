import { spawnSync } from "node:child_process";
import { chmodSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { findEngines, probeSocket, socketCandidates, socketPrint } from "../scripts/engine-sockets.mjs";

let folder: string;
let servers: Server[];
beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), "bw-sockets-"));
  servers = [];
});
afterEach(() => {
  for (const server of servers) server.close();
  rmSync(folder, { recursive: true, force: true });
});

/** Something that listens on a Unix socket and answers every request alike; returns what it was asked. */
async function listen(name: string, status: number, banner: string): Promise<{ socket: string; asked: string[] }> {
  const asked: string[] = [];
  const server = createServer((request, response) => {
    asked.push(`${request.method} ${request.url}`);
    response.writeHead(status, { server: banner });
    response.end("OK");
  });
  const socket = path.join(folder, name);
  await new Promise<void>((resolve) => server.listen(socket, resolve));
  servers.push(server);
  return { socket, asked };
}

test.each([
  { banner: "Docker/28.2.1 (linux)", kind: "docker", version: "28.2.1" },
  { banner: "Libpod/5.4.0 (linux)", kind: "podman", version: "5.4.0" },
  { banner: "", kind: "docker", version: null },
])("an engine is known by its banner: $banner", async ({ banner, kind, version }) => {
  const { socket, asked } = await listen("a.sock", 200, banner);
  expect(await probeSocket(socket)).toEqual({ socket, kind, version, problem: null });
  expect(asked).toEqual(["GET /_ping"]);
});

test("what cannot be read says why", async () => {
  expect(await probeSocket(path.join(folder, "none.sock"))).toBeNull();
  writeFileSync(path.join(folder, "file.sock"), "");
  expect((await probeSocket(path.join(folder, "file.sock")))?.problem).toMatch(/not a socket/);
  const { socket } = await listen("web.sock", 404, "nginx");
  expect((await probeSocket(socket))?.problem).toMatch(/status 404/);
  // A socket whose owner was killed: the file stays and nobody listens.
  const dead = path.join(folder, "dead.sock");
  const program = `require("net").createServer().listen(${JSON.stringify(dead)}, () => process.kill(process.pid, "SIGKILL"))`;
  spawnSync(process.execPath, ["-e", program]);
  expect((await probeSocket(dead))?.problem).toMatch(/no engine listens/);
});

test("engines that answer come first, and one socket under two names is one engine", async () => {
  const { socket } = await listen("real.sock", 200, "Docker/28.2.1");
  const { socket: odd } = await listen("odd.sock", 500, "x");
  const link = path.join(folder, "link.sock");
  symlinkSync(socket, link);
  const found = await findEngines([odd, socket, link, path.join(folder, "none.sock")]);
  expect(found.map((engine) => engine.socket)).toEqual([socket, odd]);
});

test("DOCKER_HOST goes first; one that is not a socket of this machine is left out", () => {
  expect(socketCandidates({ DOCKER_HOST: "unix:///x.sock" })[0]).toBe("/x.sock");
  expect(socketCandidates({ DOCKER_HOST: "tcp://10.0.0.1:2375" })).toEqual([
    "/var/run/docker.sock",
    "/run/podman/podman.sock",
  ]);
  expect(socketCandidates({ XDG_RUNTIME_DIR: "/run/user/7" })).toContain("/run/user/7/docker.sock");
});

test("a changed right or a new socket is noticed without asking the engine", async () => {
  const { socket, asked } = await listen("a.sock", 200, "Docker/1");
  const before = socketPrint([socket]);
  expect(socketPrint([socket])).toBe(before);
  chmodSync(socket, 0o600);
  expect(socketPrint([socket])).not.toBe(before);
  expect(socketPrint([path.join(folder, "none")])).toBe("ENOENT");
  expect(asked).toEqual([]);
});
