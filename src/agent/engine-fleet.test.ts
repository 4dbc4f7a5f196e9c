import { chownSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import { type AddressInfo, createServer as createSocket, type Server } from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { gunzipSync } from "node:zlib";
import { afterEach, beforeEach, expect, test } from "vitest";
import { HostRoot } from "./collect/host-root.ts";
import { discoverEngines } from "./discover-engines.ts";
import { EngineFleet } from "./engine-fleet.ts";
import { type FakeEngine, startFakeEngine } from "./fake-engine.ts";
import { readSettings } from "./settings.ts";

/** A user of the fake host; the test's own when it may not give files away. */
const UID = process.getuid?.() === 0 ? 1000 : (process.getuid?.() ?? 0);
let folder = "";
let root = "";
const engines: FakeEngine[] = [];
const closing: (() => void)[] = [];

beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), "bw-fleet-"));
  root = path.join(folder, "root");
  for (const name of ["etc", "var/run", "run/podman", `run/user/${UID}/podman`, "proc"])
    mkdirSync(path.join(root, name), { recursive: true });
  writeFileSync(
    path.join(root, "etc/passwd"),
    `root:x:0:0::/root:/bin/sh\nalice:x:${UID}:${UID}::/home/alice:/bin/sh\n`,
  );
  writeFileSync(path.join(root, "etc/hostname"), "fake-host\n");
});
afterEach(async () => {
  for (const close of closing.splice(0)) close();
  for (const engine of engines.splice(0)) await engine.close().catch(() => undefined);
  rmSync(folder, { recursive: true, force: true });
});

async function fake(socket: string, uid = 0, name = socket): Promise<FakeEngine> {
  const engine = await startFakeEngine(path.join(root, socket), {
    apiVersion: "1.52",
    answers: {
      "/info": { Name: name },
      "/version": { Version: "29.1.0" },
      "/containers/json?all=1": [],
      "/images/json": [],
      "/networks": [],
      "/volumes": {},
      "/plugins": [],
    },
  });
  if (uid !== 0 && process.getuid?.() === 0) chownSync(path.join(root, socket), uid, uid);
  engines.push(engine);
  return engine;
}
const found = async (named?: string[]) => discoverEngines(new HostRoot(root), named);

function runs(pid: number, { comm, argv, cgroup = "0::/system.slice/docker.service", uid = 0 }: FakeProcess) {
  const at = path.join(root, "proc", String(pid));
  mkdirSync(path.join(at, "fd"), { recursive: true });
  writeFileSync(path.join(at, "comm"), `${comm}\n`);
  writeFileSync(path.join(at, "cmdline"), `${argv.join("\0")}\0`);
  writeFileSync(path.join(at, "cgroup"), `${cgroup}\n`);
  writeFileSync(path.join(at, "status"), `Name:\t${comm}\nUid:\t${uid}\t${uid}\t${uid}\t${uid}\n`);
}
interface FakeProcess {
  comm: string;
  argv: string[];
  cgroup?: string;
  uid?: number;
}

test("the usual sockets, those of users and those in arguments are found, each once, with whose it is", async () => {
  await fake("run/docker.sock");
  symlinkSync("/run/docker.sock", path.join(root, "var/run/docker.sock"));
  await fake("run/podman/podman.sock");
  await fake(`run/user/${UID}/docker.sock`, UID);
  mkdirSync(path.join(root, "srv"));
  await fake("srv/ci.sock");
  runs(101, { comm: "dockerd", argv: ["dockerd", "-H", "fd://", "--host=unix:///srv/ci.sock"] });
  runs(102, { comm: "dockerd", argv: ["dockerd", "-H", "unix:///run/docker.sock"] });
  const { engines: list, problems } = await found();
  expect(problems).toEqual([]);
  expect(list.map(({ socket, user }) => [socket, user])).toEqual([
    ["/var/run/docker.sock", null],
    ["/run/podman/podman.sock", null],
    ["/srv/ci.sock", null],
    [`/run/user/${UID}/docker.sock`, UID === 0 ? null : "alice"],
  ]);
});

test("a socket that does not answer is told with its reason and costs nothing else", async () => {
  await fake("var/run/docker.sock");
  const dead: Server = createSocket();
  const socket = path.join(root, "run/podman/podman.sock");
  await new Promise<void>((resolve) => dead.listen(socket, resolve));
  dead.on("connection", (client) => client.destroy());
  closing.push(() => dead.close());
  const { engines: list, problems } = await found();
  expect(list).toHaveLength(1);
  expect(problems).toEqual([{ socket: "/run/podman/podman.sock", text: expect.stringContaining("is not read") }]);
});

test("what runs in a container and what a user only links to are nobody's engines", async () => {
  await fake("var/run/docker.sock");
  mkdirSync(path.join(root, "srv"));
  await fake("srv/secret.sock");
  await fake("srv/inner.sock");
  runs(103, {
    comm: "dockerd",
    argv: ["dockerd", "-H", "unix:///srv/inner.sock"],
    cgroup: `0::/docker/${"ab".repeat(32)}`,
  });
  if (UID !== 0) {
    symlinkSync("/srv/secret.sock", path.join(root, `run/user/${UID}/docker.sock`));
    runs(104, { comm: "dockerd", argv: ["dockerd", "-H", "unix:///srv/secret.sock"], uid: UID });
  }
  const expected = process.getuid?.() === 0 ? ["/var/run/docker.sock"] : expect.anything();
  expect((await found()).engines.map(({ socket }) => socket)).toEqual(expected);
});

test("of one user at most two sockets are looked at", async (context) => {
  if (process.getuid?.() !== 0) context.skip("sockets of other accounts need root");
  mkdirSync(path.join(root, "srv"));
  for (let index = 0; index < 5; index += 1) {
    await fake(`srv/${index}.sock`, UID);
    runs(200 + index, { comm: "dockerd", argv: ["dockerd", "-H", `unix:///srv/${index}.sock`], uid: UID });
  }
  expect((await found()).engines).toHaveLength(2);
});

interface Taken {
  token: string;
  url: string;
  body: { hostId?: string; daemon?: { socket: string; user: string | null }; evidence?: { info: { Name: string } } };
}

/** A server that gives each enrolment a host and a token of its own, and forgets what it was told to. */
async function fakeServer() {
  const taken: Taken[] = [];
  const gone = new Set<string>();
  let count = 0;
  let rotate = false;
  const server = createServer(async (request, response) => {
    if (request.method === "GET") {
      response.writeHead(404);
      return response.end("{}");
    }
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk);
    const packed = Buffer.concat(chunks);
    const body = JSON.parse((request.headers["content-encoding"] === "gzip" ? gunzipSync(packed) : packed).toString());
    const token = String(request.headers.authorization).replace("Bearer ", "");
    const url = request.url ?? "";
    const answer = (status: number, value: object) => {
      response.writeHead(status, { "content-type": "application/json" });
      response.end(JSON.stringify(value));
    };
    if (gone.has(token)) return answer(401, { detail: "no such token" });
    if (body.daemon && gone.has(body.daemon.socket)) return answer(410, { detail: "removed" });
    taken.push({ token, url, body });
    if (url.endsWith("/token")) {
      rotate = false;
      return answer(201, { token: "rotated" });
    }
    if (!url.endsWith("/enrol")) return answer(200, { reportNow: false, lastSequence: 0, rotateToken: rotate });
    count += 1;
    answer(201, {
      hostId: `0198c0de-0000-7000-8000-00000000000${count}`,
      token: body.daemon ? `token of ${body.daemon.socket}` : "token",
      heartbeatSeconds: 300,
      reportSeconds: 21_600,
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  closing.push(() => {
    server.closeAllConnections();
    server.close();
  });
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    taken,
    gone,
    rotate: () => {
      rotate = true;
    },
    reports: () =>
      taken
        .filter(({ url }) => url.endsWith("/host-reports"))
        .map(({ token, body }) => [token, body.evidence?.info.Name]),
  };
}

function fleet(url: string, said: string[] = [], args: string[] = []) {
  const settings = readSettings(
    ["run", "--server", url, "--state", path.join(folder, "state"), "--discover", "0.2", "--heartbeat", "0.3", ...args],
    { HOST_ROOT: root, BREAKWATER_ENROL_TOKEN: "enrol" },
  );
  if (!settings) throw new Error("no settings");
  return new EngineFleet(settings, { now: () => new Date(), say: (text) => said.push(text) });
}

async function until(isSo: () => boolean): Promise<void> {
  for (let turn = 0; turn < 200; turn += 1) {
    if (isSo()) return;
    await wait(50);
  }
  throw new Error("it did not happen within 10 s");
}

test("each engine reports with a token of its own; one that appears later is added, one that was removed stays away", async () => {
  await fake("var/run/docker.sock");
  const server = await fakeServer();
  const said: string[] = [];
  const agent = fleet(server.url, said);
  const running = agent.run();
  await until(() => server.reports().length === 1);
  await fake("run/podman/podman.sock");
  await until(() => server.reports().length === 2);
  expect(server.reports()).toEqual([
    ["token", "var/run/docker.sock"],
    ["token of /run/podman/podman.sock", "run/podman/podman.sock"],
  ]);
  const enrolments = server.taken.filter(({ url }) => url.endsWith("/enrol"));
  expect(enrolments.map(({ token, body }) => [token, body.daemon])).toEqual([
    ["enrol", undefined],
    ["token", { socket: "/run/podman/podman.sock", user: null }],
  ]);
  server.gone.add("token of /run/podman/podman.sock").add("/run/podman/podman.sock");
  await until(() => said.some((text) => text.includes("410")));
  const before = server.taken.length;
  await until(() => server.taken.length > before + 2);
  expect(said.filter((text) => text.includes("410"))).toHaveLength(1);
  agent.stop();
  await running;
});

test("an engine that stopped after it was enrolled is told as unreachable by the next process too", async () => {
  await fake("var/run/docker.sock");
  const podman = await fake("run/podman/podman.sock");
  const server = await fakeServer();
  await fleet(server.url).once();
  await podman.close();
  await fleet(server.url).once();
  const last = server.taken.findLast(
    ({ token, url }) => token.endsWith("podman.sock") && url.endsWith("/host-reports"),
  );
  expect(last?.body.evidence?.info).toMatchObject({ error: { code: "unreachable" } });
  expect(server.taken.filter(({ url }) => url.endsWith("/enrol"))).toHaveLength(2);
});

test("named sockets are the only ones; a host with a rootless engine alone is that engine", async () => {
  await fake("run/podman/podman.sock");
  mkdirSync(path.join(root, "srv"));
  await fake("srv/one.sock");
  await fake("srv/two.sock");
  const server = await fakeServer();
  await fleet(server.url, [], ["--socket", "/srv/one.sock", "--socket", "/srv/two.sock"]).once();
  expect(server.reports().map(([, name]) => name)).toEqual(["srv/one.sock", "srv/two.sock"]);
  rmSync(path.join(folder, "state"), { recursive: true });
  await fleet(server.url).once();
  expect(server.reports().at(-1)).toEqual(["token", "run/podman/podman.sock"]);
  // An engine at the usual place that is installed later is a further one: the host stays what it is.
  await fake("var/run/docker.sock");
  await fleet(server.url).once();
  expect(server.reports().slice(-2)).toEqual([
    ["token", "run/podman/podman.sock"],
    ["token of /var/run/docker.sock", "var/run/docker.sock"],
  ]);
});

test("a token that an admin wants exchanged is exchanged, and the new one is used by further engines too", async () => {
  await fake("var/run/docker.sock");
  const server = await fakeServer();
  await fleet(server.url).once();
  server.rotate();
  await fleet(server.url).once();
  expect(server.taken.slice(-2).map(({ url, token }) => [url.split("/").at(-1), token])).toEqual([
    ["token", "token"],
    ["host-heartbeats", "rotated"],
  ]);
  await fake("run/podman/podman.sock");
  server.gone.add("token");
  await fleet(server.url).once();
  expect(server.taken.find(({ body }) => body.daemon)?.token).toBe("rotated");
});
