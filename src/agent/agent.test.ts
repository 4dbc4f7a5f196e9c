import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { gunzipSync } from "node:zlib";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { collectEvidence } from "./collect/collect.ts";
import { EngineApi } from "./collect/engine-api.ts";
import { EngineFleet } from "./engine-fleet.ts";
import { type FakeEngine, startFakeEngine, startTracedEngine } from "./fake-engine.ts";
import { recordTrace } from "./record-trace.ts";
import { buildReport } from "./report.ts";
import { type AgentSettings, readSettings } from "./settings.ts";

const CANARY = "c4n4ry-Z9-do-not-send";
const ID = "ab".repeat(32);
const IMAGE = `sha256:${"cd".repeat(32)}`;
let folder = "";
let engine: FakeEngine | undefined;

beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), "breakwater-agent-"));
  mkdirSync(path.join(folder, "root/etc/docker"), { recursive: true });
  writeFileSync(path.join(folder, "root/etc/machine-id"), "0123456789abcdef\n");
  writeFileSync(path.join(folder, "root/etc/hostname"), "fake-host\n");
  writeFileSync(path.join(folder, "root/etc/group"), "root:x:0:\ndocker:x:998:\n");
});
afterEach(async () => {
  await engine?.close();
  engine = undefined;
  rmSync(folder, { recursive: true, force: true });
});

const container = (more: { env?: string[]; labels?: object; cmd?: string[]; hostConfig?: object } = {}) => ({
  Id: ID,
  Name: "/web",
  Image: IMAGE,
  State: { Status: "running", Running: true, Pid: 4_000_000 },
  Args: more.cmd ?? [],
  Path: "/app",
  HostConfig: { NetworkMode: "bridge", ...more.hostConfig },
  Config: { User: "1000", Env: more.env ?? [], Labels: more.labels ?? {}, Cmd: more.cmd ?? [], Image: "web:1" },
  Mounts: [],
  NetworkSettings: { Ports: {}, Networks: {} },
});

function answers(more: Record<string, unknown> = {}): Record<string, unknown> {
  return {
    "/info": {
      Name: "fake",
      SecurityOptions: ["name=seccomp,profile=builtin"],
      Driver: "overlay2",
      Swarm: { LocalNodeState: "inactive" },
    },
    "/version": { Version: "29.1.0", Components: [{ Name: "Engine", Version: "29.1.0" }] },
    "/containers/json?all=1": [{ Id: ID, Names: ["/web"], Image: "web:1", ImageID: IMAGE, State: "running" }],
    [`/containers/${ID}/json`]: container(),
    [`/containers/${ID}/top`]: { Titles: ["PID", "CMD"], Processes: [["1", "/app"]] },
    "/images/json": [{ Id: IMAGE, RepoTags: ["web:1"], RepoDigests: [] }],
    [`/images/${IMAGE}/json`]: { Id: IMAGE, Config: { User: "1000" } },
    [`/images/${IMAGE}/history`]: [],
    "/networks": [],
    "/volumes": { Volumes: [] },
    "/plugins": [],
    ...more,
  };
}

async function fake(options: { apiVersion?: string; minimum?: string; answers?: Record<string, unknown> } = {}) {
  engine = await startFakeEngine(path.join(folder, "docker.sock"), {
    apiVersion: options.apiVersion ?? "1.52",
    ...(options.minimum ? { minimum: options.minimum } : {}),
    answers: answers(options.answers),
  });
  return engine;
}
const collect = (from: FakeEngine) =>
  collectEvidence({ socketPath: from.socketPath, hostRoot: path.join(folder, "root") });

describe("engine versions", () => {
  test.each([
    ["20.10", { apiVersion: "1.41" }, "1.41"],
    ["29", { apiVersion: "1.52", minimum: "1.44" }, "1.52"],
    ["a later one", { apiVersion: "1.60", minimum: "1.44" }, "1.52"],
  ])("%s is spoken to in a version it knows, by allowed GETs only", async (_, options, spoken) => {
    const from = await fake(options);
    const evidence = await collect(from);
    expect(evidence.info).toMatchObject({ Name: "fake" });
    expect(from.refused).toEqual([]);
    expect(new Set(from.requests.flatMap((line) => /\/v(1\.\d+)\//.exec(line)?.[1] ?? []))).toEqual(new Set([spoken]));
  });

  test("Podman has no swarm: those sections say so, the others are there", async () => {
    const from = await fake({
      apiVersion: "1.41",
      answers: { "/version": { Version: "5.2.0", Components: [{ Name: "Podman Engine", Version: "5.2.0" }] } },
    });
    const evidence = await collect(from);
    expect(evidence.swarm).toMatchObject({ swarm: { error: { code: "HTTP 404" } } });
    expect(evidence.containersInspect).toHaveLength(1);
  });

  test("an engine that is not there is said in every section, with its reason", async () => {
    const evidence = await collectEvidence({
      socketPath: path.join(folder, "none.sock"),
      hostRoot: path.join(folder, "root"),
    });
    expect(evidence.info).toMatchObject({ error: { code: "unreachable" } });
    expect(evidence.containersInspect).toMatchObject({ error: { code: "unreachable" } });
  });
});

test("a secret planted everywhere never leaves", async () => {
  const daemonJson = {
    "log-driver": "splunk",
    "log-opts": { "splunk-token": CANARY, "splunk-url": `https://user:${CANARY}@logs.example` },
    proxies: { "http-proxy": `http://user:${CANARY}@proxy.example:3128` },
  };
  writeFileSync(path.join(folder, "root/etc/docker/daemon.json"), JSON.stringify(daemonJson));
  writeFileSync(path.join(folder, "root/etc/environment"), `DB_PASSWORD=${CANARY}\n`);
  const spec = {
    Name: "svc",
    Labels: { "api.token": CANARY },
    TaskTemplate: {
      ContainerSpec: {
        Image: "x",
        Env: [`A=${CANARY}`],
        Args: ["--password", CANARY],
        Command: ["run", `--token=${CANARY}`],
      },
    },
  };
  const from = await fake({
    answers: {
      "/info": {
        Name: "fake",
        HttpProxy: `http://user:${CANARY}@proxy`,
        Labels: [`token=${CANARY}`],
        Swarm: { LocalNodeState: "active" },
      },
      "/containers/json?all=1": [
        {
          Id: ID,
          Names: ["/web"],
          Command: `app --password ${CANARY}`,
          State: "running",
          Labels: { "x.secret": CANARY },
        },
      ],
      [`/containers/${ID}/json`]: container({
        env: [`PLAIN=${CANARY}`, `DB_PASSWORD=${CANARY}`],
        labels: { "traefik.auth": `admin:${CANARY}`, note: `see https://u:${CANARY}@x.example` },
        cmd: ["--password", CANARY, `--api-key=${CANARY}`, "sh", "-c", `curl -H "Authorization: Bearer ${CANARY}" x`],
        hostConfig: { LogConfig: { Type: "splunk", Config: { "splunk-token": CANARY } } },
      }),
      [`/containers/${ID}/top`]: {
        Titles: ["PID", "CMD"],
        Processes: [
          ["1", `mysql -p${CANARY} db`],
          ["2", `app --token ${CANARY}`],
          ["3", `PGPASSWORD=${CANARY} psql`],
        ],
      },
      [`/images/${IMAGE}/json`]: {
        Id: IMAGE,
        Config: { Env: [`X=${CANARY}`], Labels: { password: CANARY }, Cmd: [`--secret=${CANARY}`] },
      },
      [`/images/${IMAGE}/history`]: [
        { CreatedBy: `/bin/sh -c #(nop)  ENV TOKEN=${CANARY}` },
        { CreatedBy: `ARG BUILD=${CANARY}` },
        { CreatedBy: `LABEL note="${CANARY}"` },
        { CreatedBy: `RUN |1 BUILD=${CANARY} /bin/sh -c make # buildkit` },
        {
          CreatedBy: `RUN /bin/sh -c curl -u user:${CANARY} --header 'Authorization: Basic ${CANARY}' https://u:${CANARY}@x # buildkit`,
        },
      ],
      "/volumes": {
        Volumes: [{ Name: "v", Driver: "local", Options: { o: `username=u,password=${CANARY}`, device: "//x" } }],
      },
      "/swarm": { ID: "s", JoinTokens: { Worker: CANARY, Manager: CANARY }, TLSInfo: { TrustRoot: "pem" } },
      "/nodes": [],
      "/services": [{ ID: "svc", Spec: spec, PreviousSpec: spec }],
      "/secrets": [{ ID: CANARY, Spec: { Name: CANARY } }],
    },
  });
  const evidence = await collect(from);
  expect(from.refused).toEqual([]);
  const places = placesOf(evidence, CANARY);
  expect(places).toEqual([]);
  const report = buildReport(evidence, {
    hostId: "0198c0de-0000-7000-8000-00000000abcd",
    sequence: 1,
    collectedAt: new Date(),
    bootId: null,
    machineIdHash: null,
    hostname: "x",
  });
  expect(JSON.stringify(report)).not.toContain(CANARY);
  expect(JSON.stringify(report), "names stay, values go").toContain("DB_PASSWORD=<redacted");
  const trace = path.join(folder, "trace");
  await recordTrace(trace, { socketPath: from.socketPath, hostRoot: path.join(folder, "root") });
  for (const name of readdirSync(trace))
    expect(readFileSync(path.join(trace, name), "utf8"), name).not.toContain(CANARY);
});

test("a recorded trace gives the same evidence again, and nothing that was not recorded", async () => {
  const from = await fake({
    answers: {
      [`/containers/${ID}/json`]: container({ env: [`A=${CANARY}`], cmd: ["--password", CANARY] }),
      [`/images/${IMAGE}/history`]: [{ CreatedBy: `ENV TOKEN=${CANARY} OTHER="a b"` }],
      "/swarm": { ID: "s" },
      "/secrets": [{ ID: CANARY }, { ID: "b" }],
    },
  });
  const live = await collect(from);
  const trace = path.join(folder, "trace");
  const hostRoot = path.join(folder, "root");
  await recordTrace(trace, { socketPath: from.socketPath, hostRoot });
  const replayed = await startTracedEngine(path.join(folder, "replay.sock"), trace);
  const again = await collectEvidence({ socketPath: from.socketPath, connectPath: replayed.socketPath, hostRoot });
  expect(again).toEqual(live);
  expect(replayed.refused).toEqual([]);
  await expect(new EngineApi(replayed.socketPath).get("/tasks")).rejects.toThrow("not in the recorded trace");
  expect(replayed.refused).toHaveLength(1);
  const reads = readFileSync(path.join(trace, "reads.jsonl"), "utf8");
  expect(reads).toContain('"path":"/etc/docker/daemon.json"');
  await replayed.close();
});

/** Paths at which a text stands in a value. */
function placesOf(value: unknown, text: string, at = ""): string[] {
  if (typeof value === "string") return value.includes(text) ? [`${at}: ${value}`] : [];
  if (typeof value !== "object" || value === null) return [];
  return Object.entries(value).flatMap(([key, entry]) => [
    ...(key.includes(text) ? [`${at} key ${key}`] : []),
    ...placesOf(entry, text, `${at}/${key}`),
  ]);
}

interface Received {
  path: string;
  body: {
    sequence: number;
    evidence?: { execObservations?: { execs: { user: string; privileged: boolean }[] } };
    dropped?: number;
  };
}

/** A server that can be switched off; it keeps what it took. */
async function fakeServer() {
  const received: Received[] = [];
  const state = { isAway: false, listening: [] as ServerResponse[] };
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on("data", (chunk) => chunks.push(chunk));
    request.on("end", () => {
      if (state.isAway) return response.destroy();
      if (request.method === "GET") return void state.listening.push(response);
      const packed = Buffer.concat(chunks);
      const text = request.headers["content-encoding"] === "gzip" ? gunzipSync(packed) : packed;
      const url = request.url ?? "";
      received.push({ path: url, body: JSON.parse(text.toString()) });
      const enrolled = {
        hostId: "0198c0de-0000-7000-8000-00000000abcd",
        token: "bw_agent",
        heartbeatSeconds: 300,
        reportSeconds: 21_600,
      };
      response.writeHead(200, { "content-type": "application/json" });
      response.end(JSON.stringify(url.endsWith("/enrol") ? enrolled : { reportNow: false, lastSequence: 0 }));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    received,
    state,
    reports: () => received.filter(({ path: url }) => url.endsWith("/host-reports")).map(({ body }) => body.sequence),
    close: () => {
      server.closeAllConnections();
      server.close();
    },
  };
}

function settings(server: string, from: FakeEngine): AgentSettings {
  const read = readSettings(["run", "--server", server, "--state", path.join(folder, "state")], {
    DOCKER_HOST: `unix://${from.socketPath}`,
    HOST_ROOT: path.join(folder, "root"),
    BREAKWATER_ENROL_TOKEN: "bw_enrol",
  });
  if (!read) throw new Error("no settings");
  return read;
}

describe("the agent's life", () => {
  test("a server that is away for long loses nothing: every report arrives once, in order", async () => {
    const from = await fake();
    const server = await fakeServer();
    let now = new Date("2026-11-20T12:00:00Z");
    const hooks = { now: () => now, say: () => undefined };
    const once = () => new EngineFleet(settings(server.url, from), hooks).once();
    await once();
    server.state.isAway = true;
    for (let minute = 1; minute <= 10; minute += 1) {
      now = new Date(now.getTime() + 60_000);
      // Each is a new process of the agent: nothing but the files carries over.
      await expect(once()).rejects.toThrow("could not be reached");
    }
    server.state.isAway = false;
    now = new Date("2020-01-01T00:00:00Z");
    await once();
    expect(server.reports()).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12]);
    expect(server.received.filter(({ path: url }) => url.endsWith("/enrol"))).toHaveLength(1);
    server.close();
  }, 60_000);

  test("a privileged docker exec is seen and told", async () => {
    const exec = "ef".repeat(32);
    const from = await fake({
      answers: {
        [`/exec/${exec}/json`]: {
          ID: exec,
          ProcessConfig: { privileged: true, user: "root", entrypoint: "sh", arguments: [] },
        },
      },
    });
    const server = await fakeServer();
    const agent = new EngineFleet(settings(server.url, from), { now: () => new Date(), say: () => undefined });
    const running = agent.run();
    await until(() => server.reports().length === 1 && from.requests.some((line) => line.includes("/events")));
    from.emit({
      Type: "container",
      Action: "exec_create: sh",
      time: Math.floor(Date.now() / 1000),
      Actor: { ID, Attributes: { name: "web", execID: exec } },
    });
    await until(() => server.reports().length === 2);
    agent.stop();
    await running;
    expect(server.received.at(-1)?.body.evidence?.execObservations?.execs).toEqual([
      expect.objectContaining({ privileged: true, user: "root" }),
    ]);
    expect(from.refused).toEqual([]);
    server.close();
  }, 30_000);

  test("changes without a pause do not put a report off; a reload of the daemon is reported", async () => {
    const inspected = container({ hostConfig: { Memory: 0 } });
    const change = (memory: number) => Object.assign(inspected.HostConfig, { Memory: memory });
    let changes = 0;
    const from = await fake({ answers: { [`/containers/${ID}/json`]: inspected } });
    const server = await fakeServer();
    const agent = new EngineFleet(settings(server.url, from), { now: () => new Date(), say: () => undefined });
    const running = agent.run();
    await until(() => server.reports().length === 1 && from.requests.some((line) => line.includes("/events")));
    // Each event comes before the last one has settled, and none ends the burst before the report.
    const storm = setInterval(() => {
      changes += 1;
      change(changes);
      from.emit({ Type: "container", Action: "start", Actor: { ID, Attributes: { name: "web" } } });
    }, 200);
    await until(() => server.reports().length >= 2);
    clearInterval(storm);
    await wait(3000);
    const before = server.reports().length;
    change(-1);
    from.emit({ Type: "daemon", Action: "reload", Actor: { ID: "x", Attributes: {} } });
    await until(() => server.reports().length > before);
    agent.stop();
    await running;
    server.close();
  }, 60_000);

  test("what an admin asks for is heard while the agent has nothing to say, and a restarted engine is reported", async () => {
    const from = await fake();
    const server = await fakeServer();
    const agent = new EngineFleet(settings(server.url, from), { now: () => new Date(), say: () => undefined });
    const running = agent.run();
    await until(() => server.reports().length === 1 && server.state.listening.length > 0);
    server.state.listening[0]?.end(JSON.stringify({ reportNow: true, rotateToken: false }));
    await until(() => server.reports().length === 2);
    await from.close();
    engine = undefined;
    engine = await fake({ answers: { "/info": { Name: "fake", LiveRestoreEnabled: true } } });
    await until(() => server.reports().length === 3);
    agent.stop();
    await running;
    server.close();
  }, 60_000);

  test("one container that cannot be inspected costs no other", async () => {
    const other = "12".repeat(32);
    const from = await fake({
      answers: {
        "/containers/json?all=1": [
          { Id: ID, Names: ["/web"], State: "running" },
          { Id: other, Names: ["/broken"], State: "exited" },
        ],
        [`/containers/${other}/json`]: 500,
      },
    });
    const evidence = await collect(from);
    expect(evidence.containersInspect).toEqual([
      expect.objectContaining({ Id: ID, Name: "/web" }),
      { Id: other, error: { code: "HTTP 500", message: expect.any(String) } },
    ]);
  });
});

async function until(isSo: () => boolean): Promise<void> {
  for (let turn = 0; turn < 200; turn += 1) {
    if (isSo()) return;
    await wait(50);
  }
  throw new Error("it did not happen within 10 s");
}
