import { execFile } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, expect, test } from "vitest";
import { z } from "zod";
import { HostRoot } from "#agent/collect/host-root.ts";
import { discoverEngines } from "#agent/discover-engines.ts";
import { EngineFleet } from "#agent/engine-fleet.ts";
import { startTracedEngine } from "#agent/fake-engine.ts";
import { readSettings } from "#agent/settings.ts";
import { readEvidence } from "#cli/audit-evidence.ts";
import { createEnrolment } from "#commands/create-enrolment.ts";
import type { Actor } from "#domain/role.ts";
import { rules } from "#engines/cis-docker/rules/index.ts";
import { readBlobs } from "#store/blob.ts";
import { pool } from "#store/client.ts";
import { pendingReports } from "#store/host/host-report.ts";
import { newId } from "#store/ids.ts";
import { selectRows, sql } from "#store/sql.ts";
import { assessReport } from "#worker/assess-report.ts";
import { publishRules } from "#worker/publish-rules.ts";
import { type DockerDaemon, missingDocker, startDockerDaemon } from "../support/docker-daemon.ts";
import { type IngestServer, startIngestServer } from "../support/ingest-server.ts";
import { describeWhere } from "../support/where.ts";

const admin: Actor = { kind: "user", id: newId(), name: "Admin", role: "admin" };
const missing = missingDocker();
const run = promisify(execFile);

describeWhere(missing, "two real dockerd on one machine", () => {
  let folder = "";
  let one: DockerDaemon;
  let two: DockerDaemon;
  let server: IngestServer;

  beforeAll(async () => {
    folder = mkdtempSync(path.join(tmpdir(), "bw-agent-docker-"));
    one = await startDockerDaemon();
    two = await startDockerDaemon();
    await one.start("first", "--pid=host");
    await one.start("caps", "--cap-add", "NET_ADMIN", "-e", "PASSWORD=hunter2");
    await two.start("second", "-v", "/etc:/host-etc:ro");
    server = await startIngestServer();
    await publishRules();
  }, 120_000);

  afterAll(async () => {
    await one?.stop();
    await two?.stop();
    server?.close();
    rmSync(folder, { recursive: true, force: true });
  }, 60_000);

  test("both are found by what they were started with", async () => {
    const { engines } = await discoverEngines(new HostRoot());
    const found = engines.map(({ socket, user }) => ({ socket, user }));
    expect(found).toContainEqual({ socket: one.socket, user: null });
    expect(found).toContainEqual({ socket: two.socket, user: null });
  });

  test("each is a host of its own, judged by its own arguments and containers", async () => {
    const { token } = await createEnrolment(admin, {});
    const state = path.join(folder, "state");
    const settings = readSettings(
      ["once", "--server", server.url, "--state", state, "--socket", one.socket, "--socket", two.socket],
      { BREAKWATER_ENROL_TOKEN: token },
    );
    if (!settings) throw new Error("no settings");
    await new EngineFleet(settings, { now: () => new Date(), say: () => undefined }).once();
    const hosts = await selectRows(
      z.object({ id: z.string(), parent: z.string().nullable(), socket: z.string().nullable() }),
      sql`select id, parent_host_id as parent, daemon_socket as socket from host order by parent_host_id nulls first`,
    );
    expect(hosts).toHaveLength(2);
    expect(hosts[1]).toMatchObject({ parent: hosts[0]?.id, socket: two.socket });
    const seen = await Promise.all(hosts.map(({ id }) => assessed(id)));
    expect(seen).toEqual([
      { containers: ["caps", "first"], pid: ["first"], mounts: [] },
      { containers: ["second"], pid: [], mounts: ["second"] },
    ]);
  }, 120_000);

  async function assessed(id: string) {
    for (const waiting of await pendingReports(pool(), id)) {
      const digest = waiting.bodySha256 ?? new Uint8Array();
      const body = (await readBlobs([digest])).get(Buffer.from(digest).toString("hex"));
      if (body) await assessReport(id, { report: waiting, body, now: new Date() });
    }
    const Name = z.object({ name: z.string() });
    const failing = (rule: string) =>
      selectRows(
        Name,
        sql`select distinct f.title as name from assessment_finding f join assessment a on a.root_id = f.root_id and a.id = f.assessment_id
             where a.root_id = ${id} and a.rule_id = ${rule} and a.status = 'unhealthy' order by 1`,
      );
    const containers = await selectRows(Name, sql`select name from host_container where host_id = ${id} order by name`);
    const names = (rows: { name: string }[]) => rows.map(({ name }) => name);
    return {
      containers: names(containers),
      pid: names(await failing("docker-host-pid")),
      mounts: names(await failing("docker-sensitive-mounts")),
    };
  }

  const node = (script: string, args: string[], socket = one.socket) =>
    run(process.execPath, ["--disable-warning=ExperimentalWarning", script, ...args], {
      env: { ...process.env, DOCKER_HOST: `unix://${socket}` },
      maxBuffer: 2 ** 27,
    }).then(({ stdout }) => stdout);
  const Result = z.object({ controls: z.array(z.object({ id: z.string(), status: z.string() })) });
  const verdicts = async (args: string[], socket?: string) => {
    const text = await node("src/cli/main.ts", ["audit", "docker", "--format", "json", ...args], socket);
    return Object.fromEntries(Result.parse(JSON.parse(text)).controls.map(({ id, status }) => [id, status]));
  };

  test("saved evidence and a replayed trace are judged as the live engine is, and hold no secret", async () => {
    const live = await verdicts([]);
    expect(Object.keys(live)).toHaveLength(rules.length);
    const saved = path.join(folder, "evidence");
    await node("src/agent/main.ts", ["once", "--save-evidence", saved]);
    expect(await verdicts(["--evidence", saved])).toEqual(live);
    expect(JSON.stringify(await readEvidence(saved))).not.toContain("hunter2");
    const trace = path.join(folder, "trace");
    await node("src/agent/main.ts", ["record", trace]);
    expect((await run("grep", ["-rl", "hunter2", trace]).catch((error) => error)).code).toBe(1);
    const replayed = await startTracedEngine(path.join(folder, "replay.sock"), trace);
    const again = path.join(folder, "again");
    await node("src/agent/main.ts", ["once", "--save-evidence", again], replayed.socketPath);
    expect(replayed.refused).toEqual([]);
    // Everything that the engine itself answers, which it may give in another order each time; the replay is no dockerd, so files and arguments of one are not there.
    for (const section of ["containersInspect", "imagesHistory", "info", "networks"] as const)
      expect((await readEvidence(again))[section], section).toEqual((await readEvidence(saved))[section]);
    await replayed.close();
  }, 120_000);
});
