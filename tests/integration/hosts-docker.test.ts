import path from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { z } from "zod";
import { EngineFleet } from "#agent/engine-fleet.ts";
import { readSettings } from "#agent/settings.ts";
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
let daemon: DockerDaemon | undefined;
let server: IngestServer | undefined;

const missing = missingDocker();

describeWhere(missing, "a real dockerd", () => {
  let once: () => Promise<string>;
  let docker: DockerDaemon["docker"];
  let start: DockerDaemon["start"];

  beforeAll(async () => {
    daemon = await startDockerDaemon();
    ({ docker, start } = daemon);
    await start("plain");
    await start(
      "hard",
      "--read-only",
      "--user",
      "1000",
      "--memory",
      "64m",
      "--pids-limit",
      "50",
      "--cap-drop",
      "ALL",
      "--security-opt",
      "no-new-privileges",
      "--restart",
      "on-failure:5",
      "--cpu-shares",
      "256",
    );
    await start("caps", "--cap-add", "NET_ADMIN");
    await start("mounts", "-v", "/etc:/host-etc:ro");
    await start("sock", "-v", `${daemon.socket}:/var/run/docker.sock`);
    await start("pid", "--pid=host");
    await start("always", "--restart=always");
    await start("device", "--device", "/dev/zero");
    await publishRules();
    server = await startIngestServer();
    const { token } = await createEnrolment(admin, {});
    const settings = readSettings(["once", "--server", server.url, "--state", path.join(daemon.folder, "state")], {
      DOCKER_HOST: `unix://${daemon.socket}`,
      BREAKWATER_ENROL_TOKEN: token,
    });
    if (!settings) throw new Error("no settings");
    once = async () => {
      await new EngineFleet(settings, { now: () => new Date(), say: () => undefined }).once();
      const [row] = await selectRows(
        z.object({ id: z.string() }),
        sql`select id from host order by created_at desc limit 1`,
      );
      const id = row?.id ?? "";
      for (const waiting of await pendingReports(pool(), id)) {
        const digest = waiting.bodySha256 ?? new Uint8Array();
        const body = (await readBlobs([digest])).get(Buffer.from(digest).toString("hex"));
        if (body) await assessReport(id, { report: waiting, body, now: new Date() });
      }
      return id;
    };
  }, 120_000);

  afterAll(async () => {
    await daemon?.stop();
    server?.close();
  }, 60_000);

  async function failing(id: string, rule: string): Promise<string[]> {
    const found = await selectRows(
      z.object({ title: z.string() }),
      sql`select distinct f.title from assessment_finding f join assessment a on a.root_id = f.root_id and a.id = f.assessment_id
           where a.root_id = ${id} and a.rule_id = ${rule} and a.status = 'unhealthy' order by 1`,
    );
    return found.map(({ title }) => title);
  }

  test(`its containers are judged one by one; a privileged one turns 5.5 red by name, and green when it is gone${missing ? ` (needs ${missing})` : ""}`, async () => {
    const id = await once();
    const [count] = await selectRows(
      z.object({ n: z.number() }),
      sql`select count(*)::int as n from assessment where root_id = ${id}`,
    );
    expect(count?.n).toBe(rules.length);
    expect(await failing(id, "docker-privileged-container")).toEqual([]);
    expect(await failing(id, "docker-capabilities")).toEqual(["caps"]);
    expect(await failing(id, "docker-sensitive-mounts")).toEqual(["mounts"]);
    expect(await failing(id, "docker-socket-mounted")).toEqual(["sock"]);
    expect(await failing(id, "docker-host-pid")).toEqual(["pid"]);
    expect(await failing(id, "docker-restart-policy")).toEqual(["always"]);
    expect(await failing(id, "docker-host-devices")).toEqual(["device"]);
    expect(await failing(id, "docker-container-user")).not.toContain("hard");

    await start("priv", "--privileged");
    await once();
    expect(await failing(id, "docker-privileged-container")).toEqual(["priv"]);
    await docker("rm", "-f", "priv");
    await once();
    expect(await failing(id, "docker-privileged-container")).toEqual([]);
    const history = await selectRows(
      z.object({ to: z.string() }),
      sql`select to_status as "to" from status_history where root_id = ${id} and rule_id = 'docker-privileged-container' order by at, id`,
    );
    expect(history.map(({ to }) => to)).toEqual(["healthy", "unhealthy", "healthy"]);
  }, 120_000);
});
