// The agent of the machine that Breakwater runs on: the launcher's own module, the real agent bundle as its child, the
// product's own routes behind a port, and an engine on a Unix socket that remembers what it was asked.
import { type ChildProcess, spawn } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from "vitest";
import { z } from "zod";
import { type FakeEngine, startFakeEngine } from "#agent/fake-engine.ts";
import { POST as postHeartbeat } from "#app/api/v1/ingest/host-heartbeats/route.ts";
import { POST as postReport } from "#app/api/v1/ingest/host-reports/route.ts";
import { POST as postEnrol } from "#app/api/v1/ingest/hosts/enrol/route.ts";
import { connectThisMachine } from "#commands/connect-this-machine.ts";
import { removeHost } from "#commands/remove-host.ts";
import { stopThisMachine } from "#commands/stop-this-machine.ts";
import type { Actor } from "#domain/role.ts";
import { type LocalMachine, localAgents } from "#queries/host/local-agents.ts";
import { pool } from "#store/client.ts";
import { newId } from "#store/ids.ts";
import { execute, selectRows, sql } from "#store/sql.ts";
import { ensureAgentBundle } from "../../scripts/build-agent.mjs";
import { watchThisMachine } from "../../scripts/local-agent.mjs";

const admin: Actor = { kind: "user", id: newId(), name: "Ann", role: "admin" };
const analyst: Actor = { ...admin, role: "analyst" };
const root = path.resolve(import.meta.dirname, "../..");
const LONG = 25_000;

let folder: string;
let engine: FakeEngine;
let server: Server;
let serverUrl: string;
let bundle: string;
let watch: { stop(): Promise<void> } | undefined;

beforeAll(async () => {
  folder = mkdtempSync(path.join(tmpdir(), "bw-this-machine-"));
  engine = await startFakeEngine(path.join(folder, "engine.sock"), { answers: answers(), apiVersion: "1.43" });
  process.env.DOCKER_HOST = `unix://${engine.socketPath}`;
  bundle = await ensureAgentBundle();
  server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk);
    const headers = new Headers(Object.entries(request.headers).map(([name, value]) => [name, String(value)]));
    const answer = await routes[request.url ?? ""]?.(
      new Request(`http://localhost${request.url}`, { method: "POST", headers, body: Buffer.concat(chunks) }),
      { params: Promise.resolve({}) as Promise<never> },
    );
    response.writeHead(answer?.status ?? 404, { "content-type": "application/json" });
    response.end(await answer?.text());
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  serverUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(async () => {
  delete process.env.DOCKER_HOST;
  server.close();
  await engine.close();
  rmSync(folder, { recursive: true, force: true });
});
beforeEach(async () => {
  rmSync(path.join(folder, "data"), { recursive: true, force: true });
  for (const table of ["local_agent", "host", "resource_summary", "host_report"]) {
    await pool().query(`delete from ${table}`);
  }
});
afterEach(async () => {
  await watch?.stop();
  watch = undefined;
});

const routes: Record<string, typeof postReport> = {
  "/api/v1/ingest/hosts/enrol": postEnrol,
  "/api/v1/ingest/host-reports": postReport,
  "/api/v1/ingest/host-heartbeats": postHeartbeat,
};

function answers(): Record<string, unknown> {
  const none = { "/containers/json?all=1": [], "/images/json": [], "/networks": [], "/plugins": [] };
  return {
    ...none,
    "/info": { Name: "here", ServerVersion: "28.2.1" },
    "/version": { Version: "28.2.1" },
    "/volumes": { Volumes: [] },
  };
}

function options() {
  const data = path.join(folder, "data");
  return {
    databaseUrl: process.env.DATABASE_URL ?? "",
    dataDir: data,
    serverUrl,
    bundle,
    env: process.env,
    say: () => {},
  };
}

async function start(): Promise<void> {
  mkdirSync(path.join(folder, "data"), { recursive: true, mode: 0o700 });
  watch = watchThisMachine(options());
}

/** The machine once it is as `isRight` says. */
async function machine(isRight: (machine: LocalMachine) => boolean): Promise<LocalMachine> {
  let found: LocalMachine | undefined;
  await expect
    .poll(
      async () => {
        found = (await localAgents(admin)).machines[0];
        return found && isRight(found) ? "right" : found;
      },
      { timeout: LONG, interval: 100 },
    )
    .toBe("right");
  if (!found) throw new Error("no machine");
  return found;
}

const pidOf = async (id: string) => {
  const [row] = await selectRows(
    z.object({ pid: z.number().nullable() }),
    sql`select pid from local_agent where id = ${id}`,
  );
  return row?.pid ?? 0;
};
const isAlive = (pid: number) =>
  existsSync(`/proc/${pid}/cmdline`) && !readFileSync(`/proc/${pid}/stat`, "utf8").includes(") Z ");
const hosts = () =>
  selectRows(
    z.object({ id: z.string(), state: z.string(), reason: z.string().nullable() }),
    sql`select id, state, state_reason as reason from host where removed_at is null order by created_at`,
  );

/** Started by a click and seen reporting. */
async function connected(): Promise<LocalMachine> {
  const { id } = await machine(({ state }) => state === "available");
  await connectThisMachine(admin, { machineId: id });
  const found = await machine(({ state, host }) => state === "running" && host !== null);
  const reports = () => pool().query("select 1 from host_report where host_id = $1", [found.host?.id]);
  await expect.poll(async () => (await reports()).rowCount, { timeout: LONG }).toBe(1);
  return found;
}

test("a found engine is offered, and nothing runs before an admin asks", async () => {
  await start();
  const found = await machine(({ state }) => state === "available");
  expect(found.engines[0]).toMatchObject({ socket: engine.socketPath, kind: "docker", problem: null });
  expect(await pidOf(found.id)).toBe(0);
  expect(existsSync(path.join(folder, "data/local-agent"))).toBe(false);
  await expect(connectThisMachine(analyst, { machineId: found.id })).rejects.toThrow(/admin/i);
  await expect(stopThisMachine(analyst, { machineId: found.id })).rejects.toThrow(/admin/i);
  await expect(connectThisMachine(admin, { machineId: newId() })).rejects.toThrow(/launcher/);
});

test("one wish: the agent runs apart, knows no secret of ours, asks only by GET, and reports", async () => {
  await start();
  const { id, host } = await connected();
  const pid = await pidOf(id);
  expect(pid).not.toBe(process.pid);
  const environment = readFileSync(`/proc/${pid}/environ`, "utf8").split("\0").filter(Boolean);
  const known = new Set([
    "PATH",
    "HOME",
    "HOST_ROOT",
    "NODE_ENV",
    "NODE_CHANNEL_FD",
    "NODE_CHANNEL_SERIALIZATION_MODE",
  ]);
  expect(environment.map((entry) => entry.split("=")[0]).filter((name) => !known.has(name ?? ""))).toEqual([]);
  const words = readFileSync(`/proc/${pid}/cmdline`, "utf8");
  expect(words).not.toContain("bw_enrol_");
  expect(words).toContain(`--socket\0${engine.socketPath}`);
  expect(words).toContain(`--allow-fs-write=${folder}/data/local-agent`);
  expect(statSync(path.join(folder, "data/local-agent")).mode & 0o777).toBe(0o700);
  await expect.poll(() => existsSync(path.join(folder, "data/local-agent/enrol-token"))).toBe(false);
  expect(engine.refused).toEqual([]);
  expect((await hosts()).map((row) => row.id)).toEqual([host?.id]);
  const audit = await selectRows(
    z.object({ action: z.string(), by: z.string() }),
    sql`select action, actor_name as by from audit_entry order by at, id`,
  );
  expect(audit).toContainEqual({ action: "local-agent.start", by: "Ann" });
});

test("stopped, the host stays and says by whom; started again it is the same host", async () => {
  await start();
  const { id, host } = await connected();
  const pid = await pidOf(id);
  await stopThisMachine(admin, { machineId: id });
  await machine(({ state }) => state === "stopped");
  expect(isAlive(pid)).toBe(false);
  await expect.poll(hosts).toEqual([{ id: host?.id, state: "unreachable", reason: "Stopped here by Ann." }]);

  await connectThisMachine(admin, { machineId: id });
  await machine(({ state }) => state === "running");
  await expect
    .poll(hosts, { timeout: LONG })
    .toMatchObject([{ id: host?.id, state: expect.not.stringMatching("unreachable") }]);
});

test("Breakwater started again goes on with the same host, without a click", async () => {
  await start();
  const { host } = await connected();
  await watch?.stop();
  expect((await localAgents(admin)).machines).toEqual([]);
  watch = watchThisMachine(options());
  const again = await machine(({ state }) => state === "running");
  expect(again.host?.id).toBe(host?.id);
  expect(await hosts()).toHaveLength(1);
});

test("its host removed, the agent ends and stays ended; a new click makes a new host", async () => {
  await start();
  const { id, host } = await connected();
  const pid = await pidOf(id);
  await removeHost(admin, { hostId: host?.id });
  const ended = await machine(({ state, isWanted }) => state === "stopped" && !isWanted);
  expect(ended.problem).toMatch(/was removed/);
  expect(ended.host).toBeNull();
  expect(isAlive(pid)).toBe(false);

  await connectThisMachine(admin, { machineId: id });
  const anew = await machine((now) => now.host !== null && now.host.id !== host?.id);
  expect((await hosts()).map((row) => row.id)).toEqual([anew.host?.id]);
});

test("a token that no longer works is told with the next step, and the agent does not hammer the server", async () => {
  await start();
  const { id, host } = await connected();
  await stopThisMachine(admin, { machineId: id });
  await machine(({ state }) => state === "stopped");
  await execute(
    sql`update api_token set revoked_at = now() where id = (select token_id from host where id = ${host?.id})`,
  );
  await connectThisMachine(admin, { machineId: id });
  const failed = await machine(({ state }) => state === "failed");
  expect(failed.problem).toBe(
    "Breakwater no longer takes this agent's token. Remove its host, then start the agent again.",
  );
  expect(await pidOf(id)).toBe(0);
});

test("a machine that another agent reports is not connected twice", async () => {
  await start();
  const { id } = await connected();
  await watch?.stop();
  rmSync(path.join(folder, "data/local-agent"), { recursive: true });
  await execute(sql`update local_agent set is_wanted = false where id = ${id}`);
  watch = watchThisMachine(options());
  const found = await machine(({ twin }) => (existsSync("/etc/machine-id") ? twin !== null : true));
  if (found.twin) await expect(connectThisMachine(admin, { machineId: id })).rejects.toThrow(/reports this machine/);
  expect(await hosts()).toHaveLength(1);
});

test("a launcher that is killed takes the agent with it", async () => {
  mkdirSync(path.join(folder, "data"), { recursive: true });
  const script = `import { watchThisMachine } from ${JSON.stringify(path.join(root, "scripts/local-agent.mjs"))};
    watchThisMachine({ ...JSON.parse(process.env.OPTIONS), env: process.env, say: () => {} });
    process.on("disconnect", () => process.exit());`;
  const { env: _, say: __, ...plain } = options();
  const launcher: ChildProcess = spawn(process.execPath, ["--input-type=module", "-e", script], {
    env: { ...process.env, OPTIONS: JSON.stringify(plain) },
    // Should this test end early, the channel closes and the launcher goes too.
    stdio: ["ignore", "ignore", "ignore", "ipc"],
  });
  try {
    const { id } = await connected();
    const pid = await pidOf(id);
    expect(isAlive(pid)).toBe(true);
    launcher.kill("SIGKILL");
    await expect.poll(() => isAlive(pid), { timeout: LONG }).toBe(false);
  } finally {
    launcher.kill("SIGKILL");
  }
});
