import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { z } from "zod";
import type { HostEvidence } from "#engines/cis-docker/facts.ts";
import { insertApiToken } from "#store/account/api-token.ts";
import { recordChange } from "#store/change.ts";
import { pool } from "#store/client.ts";
import { insertHost, noteHeartbeat } from "#store/host/host.ts";
import { wishReport } from "#store/host/host-life.ts";
import { newId } from "#store/ids.ts";
import { selectFirst, selectRows, sql } from "#store/sql.ts";
import { transaction } from "#store/transaction.ts";
import { publishRules } from "#worker/publish-rules.ts";
import { type IngestServer, startIngestServer } from "../support/ingest-server.ts";
import { assessWaiting, recordedEvidence } from "./assessed-host.ts";

/** Reports as a hostile, broken or restored agent sends them, over the product's own routes. */
let server: IngestServer;
let evidence: HostEvidence;

interface Enrolled {
  hostId: string;
  token: string;
}

async function enrol(name: string): Promise<Enrolled> {
  const hostId = newId();
  const token = await transaction(async (tx) => {
    const enrolment = await insertApiToken(tx, { kind: "enrol", name, usesLeft: 1 });
    const agent = await insertApiToken(tx, { kind: "agent", name, scope: { kind: "host", id: hostId } });
    const tokens = { tokenId: agent.id, enrolTokenId: enrolment.id };
    const machine = { machineIdHash: null, bootId: null, agentVersion: "0.2.0", cloneOf: null };
    await insertHost(tx, { id: hostId, hostname: name, approval: "approved", ...tokens, ...machine });
    await noteHeartbeat(tx, hostId, 0n);
    return agent.token;
  });
  return { hostId, token };
}

async function report({ hostId, token }: Enrolled, sequence: number, more: { at?: string; evidence?: object } = {}) {
  const answer = await fetch(`${server.url}/api/v1/ingest/host-reports`, {
    method: "POST",
    headers: { authorization: `Bearer ${token}`, "content-type": "application/json", "x-breakwater-peer": "192.0.2.7" },
    body: JSON.stringify({
      schemaVersion: 1,
      hostId,
      agentVersion: "0.2.0",
      sequence,
      collectedAt: more.at ?? new Date().toISOString(),
      hostname: "h",
      evidence: more.evidence ?? evidence,
    }),
  });
  return { status: answer.status, body: (await answer.json()) as Record<string, unknown>, headers: answer.headers };
}

const stateOf = (hostId: string) =>
  selectFirst(
    z.object({ state: z.string(), reason: z.string().nullable(), collected: z.date().nullable() }),
    sql`select state, state_reason as reason, last_collected_at as collected from host where id = ${hostId}`,
  );
const statuses = (hostId: string) =>
  selectRows(
    z.object({ status: z.string(), n: z.number() }),
    sql`select status, count(*)::int as n from effective_assessment where root_id = ${hostId} group by 1 order by 1`,
  );

beforeAll(async () => {
  server = await startIngestServer();
  await publishRules();
  evidence = await recordedEvidence();
});
afterAll(() => server.close());

describe("numbers and times that no honest agent sends", () => {
  it("a number far ahead is refused, and honest reports still count", async () => {
    const host = await enrol("far-ahead");
    expect((await report(host, 1)).status).toBe(202);
    for (const sequence of [Number.MAX_SAFE_INTEGER, 2_000_000]) {
      const refused = await report(host, sequence);
      expect(refused.status).toBe(400);
      expect(refused.body).toMatchObject({ errors: [{ pointer: "/sequence" }] });
    }
    expect(await report(host, 2)).toMatchObject({ status: 202, body: { state: "accepted", lastSequence: 2 } });
    expect(await assessWaiting(host.hostId)).toBe(2);
  });

  it("the same number with other content is kept and never assessed; the agent is told to count on", async () => {
    const host = await enrol("same-number");
    await report(host, 5);
    const other = await report(host, 5, { evidence: { ...evidence, networks: [] } });
    expect(other).toMatchObject({ status: 202, body: { reportNow: true, lastSequence: 5 } });
    expect(await assessWaiting(host.hostId)).toBe(1);
    const states = await selectRows(
      z.object({ state: z.string() }),
      sql`select state from host_report where host_id = ${host.hostId} order by state`,
    );
    expect(states.map(({ state }) => state)).toEqual(["assessed", "superseded"]);
  });

  it("a report from 2099 is dated by its arrival", async () => {
    const host = await enrol("clock-ahead");
    const before = Date.now();
    expect((await report(host, 1, { at: "2099-01-01T00:00:00.000Z" })).status).toBe(202);
    await assessWaiting(host.hostId);
    const collected = (await stateOf(host.hostId))?.collected?.getTime() ?? 0;
    expect(collected).toBeGreaterThanOrEqual(before);
    expect(collected).toBeLessThanOrEqual(Date.now());
  });

  it("one token has a rate; others do not suffer", async () => {
    const [loud, quiet] = [await enrol("loud"), await enrol("quiet")];
    const answers: number[] = [];
    for (let sequence = 1; sequence <= 32; sequence += 1)
      answers.push((await report(loud, sequence, { evidence: { n: sequence } })).status);
    expect(answers.filter((status) => status === 202).length).toBe(30);
    const refused = await report(loud, 40, { evidence: { n: 40 } });
    expect(refused.status).toBe(429);
    expect(Number(refused.headers.get("retry-after"))).toBeGreaterThan(0);
    expect((await report(quiet, 1)).status).toBe(202);
  });
});

describe("a stopped engine", () => {
  const gone = { error: { code: "unreachable", message: "connect ECONNREFUSED" } };
  const stopped = () => ({
    ...evidence,
    info: gone,
    version: gone,
    containersList: gone,
    containersInspect: gone,
    imagesList: gone,
  });

  it("keeps its last verdicts, and the host says how old they are", async () => {
    const host = await enrol("stopped");
    await report(host, 1);
    await assessWaiting(host.hostId);
    const before = await statuses(host.hostId);
    await report(host, 2, { evidence: stopped() });
    await assessWaiting(host.hostId);
    expect(await statuses(host.hostId)).toEqual(before);
    expect(await stateOf(host.hostId)).toMatchObject({
      state: "unreachable",
      reason: expect.stringMatching(/^Its Docker engine does not answer since \d{4}/),
    });
    const notices = await selectRows(
      z.object({ title: z.string() }),
      sql`select title from notice where root_id = ${host.hostId} and kind = 'host-silent'`,
    );
    expect(notices).toEqual([{ title: "The Docker engine of stopped does not answer" }]);
    await report(host, 3);
    await assessWaiting(host.hostId);
    expect(await stateOf(host.hostId)).toMatchObject({ state: "connected", reason: null });
  });

  it("that never answered is unknown, not healthy", async () => {
    const host = await enrol("never");
    await report(host, 1, { evidence: stopped() });
    await assessWaiting(host.hostId);
    const found = await statuses(host.hostId);
    expect(found.find(({ status }) => status === "unknown")?.n).toBeGreaterThan(40);
  });
});

describe("the agent's question for wishes", () => {
  const ask = (token: string) =>
    fetch(`${server.url}/api/v1/ingest/host-requests`, {
      headers: { authorization: `Bearer ${token}`, "x-breakwater-peer": "192.0.2.7" },
    });

  it("is answered when somebody wants a report, once", async () => {
    const host = await enrol("listening");
    const waiting = ask(host.token);
    const isEarly = await Promise.race([
      waiting.then(() => true),
      new Promise((resolve) => setTimeout(resolve, 300, false)),
    ]);
    expect(isEarly).toBe(false);
    await transaction(async (tx) => {
      await wishReport(tx, host.hostId);
      await recordChange(tx, `host:${host.hostId}`);
    });
    expect(await (await waiting).json()).toEqual({ reportNow: true, rotateToken: false });
    // A second question ends the first: an agent has one open.
    const second = ask(host.token);
    await new Promise((resolve) => setTimeout(resolve, 1000));
    const third = ask(host.token);
    expect(await (await second).json()).toEqual({ reportNow: false, rotateToken: false });
    await transaction(async (tx) => {
      await wishReport(tx, host.hostId);
      await recordChange(tx, `host:${host.hostId}`);
    });
    expect(await (await third).json()).toEqual({ reportNow: true, rotateToken: false });
  });

  it("needs the token of an agent", async () => {
    expect((await ask("bw_agent_nonsense")).status).toBe(401);
    const api = await insertApiToken(pool(), { kind: "api", name: "reader", role: "admin" });
    expect((await ask(api.token)).status).toBe(401);
  });
});
