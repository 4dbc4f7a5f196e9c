import path from "node:path";
import { gzipSync } from "node:zlib";
import { beforeAll, beforeEach, describe, expect, test } from "vitest";
import { z } from "zod";
import { POST as postHeartbeat } from "#app/api/v1/ingest/host-heartbeats/route.ts";
import { POST as postReport } from "#app/api/v1/ingest/host-reports/route.ts";
import { POST as postEnrol } from "#app/api/v1/ingest/hosts/enrol/route.ts";
import { readEvidence } from "#cli/audit-evidence.ts";
import { approveHost } from "#commands/approve-host.ts";
import { confirm } from "#commands/confirm.ts";
import { createEnrolment } from "#commands/create-enrolment.ts";
import { removeHost } from "#commands/remove-host.ts";
import { updateHost } from "#commands/update-host.ts";
import type { Actor } from "#domain/role.ts";
import type { HostEvidence } from "#engines/cis-docker/facts.ts";
import { rules } from "#engines/cis-docker/rules/index.ts";
import { hostContainers } from "#queries/host/host-containers.ts";
import { readBlobs } from "#store/blob.ts";
import { pool } from "#store/client.ts";
import { pendingReports } from "#store/host/host-report.ts";
import { newId } from "#store/ids.ts";
import { execute, selectRows, sql } from "#store/sql.ts";
import { assessReport } from "#worker/assess-report.ts";
import { publishRules } from "#worker/publish-rules.ts";
import { noteSilentHosts } from "#worker/silent-hosts.ts";

const admin: Actor = { kind: "user", id: newId(), name: "Admin", role: "admin" };
const viewer: Actor = { kind: "user", id: newId(), name: "Viewer", role: "viewer" };
const PRIVILEGED = "docker-privileged-container";
let evidence: HostEvidence;
let now = new Date("2026-11-20T12:00:00Z");
let _caller = 0;

beforeAll(async () => {
  await publishRules();
  evidence = await readEvidence(path.resolve("tests/fixtures/cis/host-a"));
}, 60_000);

beforeEach(async () => {
  now = new Date("2026-11-20T12:00:00Z");
  // Refused attempts are counted per address; every test comes from one of its own.
  _caller += 1;
});

interface Sent {
  status: number;
  body: { [key: string]: unknown; hostId?: string; token?: string; state?: string; detail?: string };
}

async function send(
  handler: (request: Request, context: { params: Promise<never> }) => Promise<Response>,
  { token, body, headers = {} }: { token: string; body: unknown; headers?: Record<string, string> },
): Promise<Sent> {
  const packed = body instanceof Uint8Array ? body : Buffer.from(JSON.stringify(body));
  const request = new Request("http://localhost:3000/api/v1/ingest", {
    method: "POST",
    headers: { authorization: `Bearer ${token}`, "content-type": "application/json", ...headers },
    body: Buffer.from(packed),
  });
  const response = await handler(request, { params: Promise.resolve({}) as Promise<never> });
  return { status: response.status, body: (await response.json()) as Sent["body"] };
}

const enrolToken = async (input: object = {}) => (await createEnrolment(admin, { uses: 1, ...input })).token;
const enrol = (token: string, hostname = "docker-vm-01", more: object = {}) =>
  send(postEnrol, { token, body: { hostname, agentVersion: "0.1.0", bootId: "boot-1", ...more } });

interface Agent {
  hostId: string;
  token: string;
}

async function newAgent(hostname = "docker-vm-01", more: object = {}): Promise<Agent> {
  const { status, body } = await enrol(await enrolToken(), hostname, more);
  expect(status).toBe(201);
  return { hostId: body.hostId ?? "", token: body.token ?? "" };
}

function frame(agent: Agent, sequence: number, more: object = {}) {
  return {
    schemaVersion: 1,
    hostId: agent.hostId,
    agentVersion: "0.1.0",
    sequence,
    collectedAt: now.toISOString(),
    bootId: "boot-1",
    machineIdHash: null,
    hostname: "docker-vm-01",
    evidence,
    ...more,
  };
}

const report = (agent: Agent, body: unknown) =>
  send(postReport, {
    token: agent.token,
    body: gzipSync(JSON.stringify(body)),
    headers: { "content-encoding": "gzip" },
  });

/** What the job assess-host does, with the test's clock. */
async function work(hostId: string): Promise<void> {
  for (const waiting of await pendingReports(pool(), hostId)) {
    const digest = waiting.bodySha256 ?? new Uint8Array();
    const body = (await readBlobs([digest])).get(Buffer.from(digest).toString("hex"));
    if (!body) throw new Error("the body of a waiting report is gone");
    await assessReport(hostId, { report: waiting, body, now });
  }
}

async function rows(query: ReturnType<typeof sql>): Promise<Record<string, unknown>[]> {
  return selectRows(z.record(z.string(), z.unknown()), query);
}
const hostRow = async (id: string) => (await rows(sql`select * from host where id = ${id}`))[0] ?? {};
const statusOf = async (id: string, rule: string) =>
  (await rows(sql`select status from effective_assessment where root_id = ${id} and rule_id = ${rule}`))[0]?.status;
const noticesOf = (id: string) =>
  rows(sql`select kind, title, href, detail, severity, count from notice where root_id = ${id} order by kind`);

function privileged(value: boolean): HostEvidence {
  const copy = structuredClone(evidence);
  for (const container of copy.containersInspect as { HostConfig: { Privileged?: boolean } }[])
    container.HostConfig.Privileged = value;
  return copy;
}

/** Everything a replay must leave alone. */
async function stateOf(id: string) {
  return {
    assessments: await rows(
      sql`select rule_id, status, reason, severity, finding_count, status_since from assessment where root_id = ${id} order by rule_id`,
    ),
    findings: await rows(
      sql`select encode(assessment_id, 'hex') as a, key, title from assessment_finding where root_id = ${id} order by 1, 2`,
    ),
    containers: await rows(
      sql`select container_id, name, state, failing, gone_at from host_container where host_id = ${id} order by 1`,
    ),
    history: await rows(
      sql`select rule_id, from_status, to_status, cause_ref from status_history where root_id = ${id} order by rule_id, at, to_status`,
    ),
    notices: await noticesOf(id),
  };
}

describe("enrolment", () => {
  test("a one-use token works once", async () => {
    const token = await enrolToken();
    expect((await enrol(token)).status).toBe(201);
    expect((await enrol(token)).status).toBe(401);
  });

  test("of two at once with one use left, one gets in", async () => {
    const token = await enrolToken();
    const answers = await Promise.all([enrol(token, "a"), enrol(token, "b")]);
    expect(answers.map(({ status }) => status).sort()).toEqual([201, 401]);
  });

  test("a fleet token works N times", async () => {
    const token = await enrolToken({ uses: 3 });
    const answers = await Promise.all(["a", "b", "c", "d"].map((name) => enrol(token, name)));
    expect(answers.map(({ status }) => status).sort()).toEqual([201, 201, 201, 401]);
  });

  test("an expired token, a token of another network and an agent's token are refused", async () => {
    const created = await createEnrolment(admin, {});
    await execute(sql`update api_token set expires_at = now() - interval '1 minute' where id = ${created.tokenId}`);
    expect((await enrol(created.token)).status).toBe(401);
    expect((await enrol(await enrolToken({ allowedAddresses: ["10.99.0.0/16"] }))).status).toBe(401);
    const agent = await newAgent();
    expect((await enrol(agent.token)).status).toBe(401);
  });

  test("a refused enrolment uses nothing up", async () => {
    const token = await enrolToken();
    expect((await send(postEnrol, { token, body: { hostname: "" } })).status).toBe(400);
    expect((await enrol(token)).status).toBe(201);
  });

  test("a host that needs approval waits with its reports", async () => {
    const { body } = await enrol(await enrolToken({ needsApproval: true }), "waiting");
    const agent = { hostId: body.hostId ?? "", token: body.token ?? "" };
    expect((await report(agent, frame(agent, 1))).status).toBe(202);
    expect((await hostRow(agent.hostId)).approval).toBe("pending");
    await approveHost(admin, { hostId: agent.hostId });
    expect(
      await rows(sql`select 1 from pgboss.job where name = 'assess-host' and singleton_key = ${agent.hostId}`),
    ).toHaveLength(1);
    await work(agent.hostId);
    expect(await rows(sql`select 1 from assessment where root_id = ${agent.hostId}`)).toHaveLength(rules.length);
  });
});

describe("a report", () => {
  test("is assessed: controls, containers, images, the list row, history; and a fix is told with its report", async () => {
    const agent = await newAgent();
    expect((await report(agent, frame(agent, 1, { evidence: privileged(false) }))).body.state).toBe("accepted");
    await work(agent.hostId);
    expect(await statusOf(agent.hostId, PRIVILEGED)).toBe("healthy");
    expect(await rows(sql`select 1 from host_container where host_id = ${agent.hostId}`)).toHaveLength(11);
    expect(await hostRow(agent.hostId)).toMatchObject({
      state: "connected",
      containers_running: 9,
      containers_paused: 1,
      containers_stopped: 1,
      images_in_use: 4,
    });
    const [row] = await rows(
      sql`select state, controls_unhealthy as unhealthy, contents_count from resource_summary where root_id = ${agent.hostId}`,
    );
    expect(row).toMatchObject({ state: "connected", contents_count: 9 });
    expect(Number(row?.unhealthy)).toBeGreaterThan(20);
    expect(await noticesOf(agent.hostId), "a first report is no news").toEqual([]);

    await report(agent, frame(agent, 2));
    await work(agent.hostId);
    expect(await statusOf(agent.hostId, PRIVILEGED)).toBe("unhealthy");
    expect(await noticesOf(agent.hostId)).toEqual([
      expect.objectContaining({ kind: "control-failed", href: expect.stringContaining(PRIVILEGED) }),
    ]);
    const [last] = await rows(
      sql`select h.to_status, r.sequence from status_history h join host_report r on r.host_id = h.root_id and r.id::text = h.cause_ref
           where h.root_id = ${agent.hostId} and h.rule_id = ${PRIVILEGED} order by h.at desc, h.id desc limit 1`,
    );
    expect(last).toMatchObject({ to_status: "unhealthy", sequence: 2n });
  });

  test("that cannot read for a while rings no bell when it can again", async () => {
    const agent = await newAgent();
    await report(agent, frame(agent, 1));
    await work(agent.hostId);
    const unread = { error: "the Docker daemon does not answer" };
    const silent = { ...evidence, info: unread, containersInspect: unread, containersList: unread };
    await report(agent, frame(agent, 2, { evidence: silent }));
    await work(agent.hostId);
    expect(await statusOf(agent.hostId, PRIVILEGED)).toBe("unknown");
    await report(agent, frame(agent, 3));
    await work(agent.hostId);
    expect(await statusOf(agent.hostId, PRIVILEGED)).toBe("unhealthy");
    expect(await noticesOf(agent.hostId)).toEqual([]);
    expect(
      await rows(
        sql`select to_status from status_history where root_id = ${agent.hostId} and rule_id = ${PRIVILEGED} order by at, id`,
      ),
    ).toEqual([{ to_status: "unhealthy" }, { to_status: "unknown" }, { to_status: "unhealthy" }]);
  });

  test("that breaks a control which was met before it could not be read is news", async () => {
    const agent = await newAgent();
    await report(agent, frame(agent, 1, { evidence: privileged(false) }));
    await work(agent.hostId);
    const unread = { error: "the Docker daemon does not answer" };
    await report(
      agent,
      frame(agent, 2, { evidence: { ...evidence, containersInspect: unread, containersList: unread } }),
    );
    await work(agent.hostId);
    await report(agent, frame(agent, 3));
    await work(agent.hostId);
    expect(await noticesOf(agent.hostId)).toEqual([
      expect.objectContaining({ title: expect.stringMatching(/^A container runs privileged on /) }),
    ]);
  });

  test("that breaks several controls rings once, with their number", async () => {
    const agent = await newAgent();
    const inspected = structuredClone(evidence.containersInspect) as { HostConfig: object }[];
    for (const container of inspected)
      Object.assign(container.HostConfig, { Privileged: false, Memory: 268_435_456, PidsLimit: 100 });
    await report(agent, frame(agent, 1, { evidence: { ...evidence, containersInspect: inspected } }));
    await work(agent.hostId);
    await report(agent, frame(agent, 2));
    await work(agent.hostId);
    const made = await noticesOf(agent.hostId);
    expect(made).toHaveLength(1);
    expect(made[0]).toMatchObject({
      kind: "control-failed",
      severity: "high",
      href: `/hosts/${agent.hostId}?status=unhealthy`,
    });
    expect(Number(made[0]?.count)).toBeGreaterThan(1);
    expect(made[0]?.title).toBe(`${made[0]?.count} controls are no longer met on docker-vm-01`);
    expect(made[0]?.detail).toContain("A container runs privileged");
  });

  test("twice the same changes nothing; replays in any order change nothing", async () => {
    const agent = await newAgent();
    const bodies = [1, 2, 3].map((sequence) => frame(agent, sequence, { evidence: privileged(sequence === 2) }));
    for (const body of bodies) {
      await report(agent, body);
      await work(agent.hostId);
    }
    const before = await stateOf(agent.hostId);
    for (const index of [2, 0, 1, 0, 2, 1]) {
      expect((await report(agent, bodies[index])).body).toMatchObject({ state: "unchanged", reportId: null });
      await work(agent.hostId);
    }
    expect(await stateOf(agent.hostId)).toEqual(before);
  });

  test("that arrives late never brings an older state back", async () => {
    const agent = await newAgent();
    const [first, second] = [1, 2].map((sequence) => frame(agent, sequence, { evidence: privileged(sequence === 1) }));
    await report(agent, second);
    await work(agent.hostId);
    const before = await stateOf(agent.hostId);
    expect((await report(agent, first)).body).toMatchObject({ state: "accepted", reportNow: true, lastSequence: 2 });
    await work(agent.hostId);
    expect(await stateOf(agent.hostId)).toEqual(before);
    expect(await rows(sql`select state from host_report where host_id = ${agent.hostId} order by sequence`)).toEqual([
      { state: "superseded" },
      { state: "assessed" },
    ]);
  });

  test("with a clock set back counts by its sequence", async () => {
    const agent = await newAgent();
    await report(agent, frame(agent, 1, { evidence: privileged(false) }));
    await report(agent, frame(agent, 2, { collectedAt: "2020-01-01T00:00:00Z" }));
    await work(agent.hostId);
    expect(await statusOf(agent.hostId, PRIVILEGED)).toBe("unhealthy");
  });

  test("that names another host is 403 and in the audit log", async () => {
    const [agent, other] = [await newAgent("a"), await newAgent("b")];
    const answer = await report(agent, { ...frame(agent, 1), hostId: other.hostId });
    expect(answer.status).toBe(403);
    const audited = await rows(
      sql`select outcome from audit_entry where action = 'host.report' and target_id = ${agent.hostId}`,
    );
    expect(audited).toEqual([{ outcome: "refused" }]);
    expect(await rows(sql`select 1 from host_report where host_id = ${other.hostId}`)).toHaveLength(0);
    const beat = {
      hostId: other.hostId,
      agentVersion: "0.1.0",
      sequence: 1,
      at: now.toISOString(),
      spooled: 0,
      dropped: 0,
    };
    expect((await send(postHeartbeat, { token: agent.token, body: beat })).status).toBe(403);
  });

  test.each([
    ["no JSON", "{"],
    ["a list", []],
    ["a string", "x"],
    ["another schema", { schemaVersion: 99 }],
    ["a negative sequence", { sequence: -1 }],
    ["evidence that is a list", { evidence: [] }],
  ])("that is %s is 400 and shown on the host", async (_, change) => {
    const agent = await newAgent();
    const isWhole = typeof change === "string" || Array.isArray(change);
    const body = isWhole ? change : { ...frame(agent, 1), ...change };
    const packed = gzipSync(typeof body === "string" ? body : JSON.stringify(body));
    const answer = await send(postReport, {
      token: agent.token,
      body: packed,
      headers: { "content-encoding": "gzip" },
    });
    expect(answer.status).toBe(400);
    expect(JSON.stringify((await hostRow(agent.hostId)).refused)).toContain("refused");
    // The next good one clears it.
    await report(agent, frame(agent, 2));
    expect((await hostRow(agent.hostId)).refused).toBeNull();
  });

  test("with one section of another form is taken: that section counts as not read", async () => {
    const agent = await newAgent();
    const odd = { ...frame(agent, 1), evidence: { info: { SecurityOptions: 7 } } };
    expect((await report(agent, odd)).status).toBe(202);
    expect((await hostRow(agent.hostId)).refused).toBeNull();
  });

  test("with fields that this server does not know is taken", async () => {
    const agent = await newAgent();
    expect((await report(agent, { ...frame(agent, 1), futureField: { a: 1 } })).status).toBe(202);
  });

  test("that is no gzip is 400", async () => {
    const agent = await newAgent();
    const answer = await send(postReport, {
      token: agent.token,
      body: Buffer.from("x"),
      headers: { "content-encoding": "gzip" },
    });
    expect(answer.status).toBe(400);
  });

  test("of 5,000 containers is accepted and assessed", async () => {
    const agent = await newAgent();
    const list = evidence.containersInspect as { Id: string; Name: string; Config: object }[];
    const containersInspect = Array.from({ length: 5000 }, (_, index) => {
      const base = list[index % list.length];
      return {
        ...base,
        Id: index.toString(16).padStart(64, "0"),
        Name: `/c-${index}`,
        Config: { ...base?.Config, Labels: { note: "x".repeat(4500) } },
      };
    });
    const body = JSON.stringify(frame(agent, 1, { evidence: { ...evidence, containersInspect } }));
    expect(body.length).toBeGreaterThan(30_000_000);
    const answer = await send(postReport, {
      token: agent.token,
      body: gzipSync(body),
      headers: { "content-encoding": "gzip" },
    });
    expect(answer.status).toBe(202);
    await work(agent.hostId);
    expect(await rows(sql`select count(*)::int as n from host_container where host_id = ${agent.hostId}`)).toEqual([
      { n: 5000 },
    ]);
    const page = await hostContainers(viewer, { hostId: agent.hostId });
    expect(page.rows.length).toBeLessThanOrEqual(200);
  }, 120_000);

  test("over 64 MiB unpacked is 413 by name and shown on the host", async () => {
    const agent = await newAgent();
    const bomb = gzipSync(`{"a":"${"x".repeat(65 * 1024 * 1024)}"}`);
    const answer = await send(postReport, { token: agent.token, body: bomb, headers: { "content-encoding": "gzip" } });
    expect(answer.status).toBe(413);
    expect(JSON.stringify((await hostRow(agent.hostId)).refused)).toContain("64 MiB");
  });

  test("with hostile names is stored and given back as text", async () => {
    const agent = await newAgent();
    const names = [
      "/nul\u0000l",
      "/\u202egnp.exe",
      "/<script>alert(1)</script>",
      `/${"x".repeat(10_000)}`,
      "/lone\ud800",
    ];
    const list = evidence.containersInspect as { Id: string; Name: string }[];
    const containersInspect = names.map((Name, index) => ({
      ...list[0],
      Id: index.toString(16).padStart(64, "0"),
      Name,
    }));
    expect((await report(agent, frame(agent, 1, { evidence: { ...evidence, containersInspect } }))).status).toBe(202);
    await work(agent.hostId);
    const page = await hostContainers(viewer, { hostId: agent.hostId });
    const shown = page.rows.map(({ name }) => name);
    expect(shown).toContain("<script>alert(1)</script>");
    expect(shown).toContain("nul�l");
    expect(shown.some((name) => name.includes("gnp.exe"))).toBe(true);
    expect(shown).toHaveLength(5);
  });
});

describe("identity", () => {
  test("one machine id on two hosts flags both", async () => {
    const [first, second] = [
      await newAgent("a", { machineIdHash: "m".repeat(64) }),
      await newAgent("b", { machineIdHash: "m".repeat(64) }),
    ];
    expect(first.hostId).not.toBe(second.hostId);
    expect((await hostRow(first.hostId)).clone_reason).toContain("same machine id");
    expect((await hostRow(second.hostId)).clone_reason).toContain("same machine id");
  });

  test("a boot that comes back shows that two machines share one token; a reboot does not", async () => {
    const agent = await newAgent();
    await report(agent, frame(agent, 1));
    await report(agent, frame(agent, 2, { bootId: "boot-2" }));
    expect((await hostRow(agent.hostId)).clone_reason).toBeNull();
    await report(agent, frame(agent, 3, { bootId: "boot-1" }));
    expect((await hostRow(agent.hostId)).clone_reason).toContain("two running machines");
  });

  test("the token of a removed host is dead", async () => {
    const agent = await newAgent();
    await report(agent, frame(agent, 1));
    await removeHost(admin, { hostId: agent.hostId });
    expect((await report(agent, frame(agent, 2))).status).toBe(401);
    await work(agent.hostId);
    expect(await rows(sql`select 1 from resource_summary where root_id = ${agent.hostId}`)).toHaveLength(0);
  });
});

describe("what people decide", () => {
  test("a silent host is marked with a notice, once, and comes back with its next sign of life", async () => {
    const agent = await newAgent();
    await report(agent, frame(agent, 1));
    await work(agent.hostId);
    await execute(sql`update host_heartbeat set seen_at = now() - interval '2 hours' where host_id = ${agent.hostId}`);
    await noteSilentHosts();
    await noteSilentHosts();
    expect((await hostRow(agent.hostId)).state).toBe("unreachable");
    expect(await noticesOf(agent.hostId)).toEqual([expect.objectContaining({ kind: "host-silent" })]);
    const beat = {
      hostId: agent.hostId,
      agentVersion: "0.1.0",
      sequence: 1,
      at: now.toISOString(),
      spooled: 0,
      dropped: 2,
    };
    expect((await send(postHeartbeat, { token: agent.token, body: beat })).status).toBe(200);
    expect(await hostRow(agent.hostId)).toMatchObject({ state: "connected", dropped_reports: 2 });
  });

  test("a managed host is not judged, unless an admin decides so", async () => {
    const agent = await newAgent();
    const host = { ...(evidence.host as object), managed: { imds: { vmScaleSetName: "aks-pool1-12345678-vmss" } } };
    await report(agent, frame(agent, 1, { evidence: { ...evidence, host } }));
    await work(agent.hostId);
    expect(await statusOf(agent.hostId, PRIVILEGED)).toBe("notApplicable");
    await updateHost(admin, { hostId: agent.hostId, assessManaged: true });
    await work(agent.hostId);
    expect(await statusOf(agent.hostId, PRIVILEGED)).toBe("unhealthy");
  });

  test("a confirmed control is healthy until the confirmation is too old", async () => {
    const agent = await newAgent();
    await report(agent, frame(agent, 1));
    await work(agent.hostId);
    expect(await statusOf(agent.hostId, "docker-rootless-daemon")).toBe("manual");
    await confirm(admin, {
      rootId: agent.hostId,
      ruleId: "docker-rootless-daemon",
      confirmed: true,
      note: "swarm later",
    });
    expect(await statusOf(agent.hostId, "docker-rootless-daemon"), "it counts at once").toBe("healthy");
    expect(
      await rows(sql`select from_status, to_status, cause from status_history where root_id = ${agent.hostId}
        and rule_id = 'docker-rootless-daemon' order by at desc, id desc limit 1`),
    ).toEqual([{ from_status: "manual", to_status: "healthy", cause: "confirmation" }]);
    now = new Date(Date.now() + 60_000);
    await report(agent, frame(agent, 3));
    await work(agent.hostId);
    expect(await statusOf(agent.hostId, "docker-rootless-daemon"), "the next report leaves it").toBe("healthy");
    now = new Date(Date.now() + 400 * 86_400_000);
    await report(agent, frame(agent, 4));
    await work(agent.hostId);
    expect(await statusOf(agent.hostId, "docker-rootless-daemon")).toBe("manual");
  });
});
