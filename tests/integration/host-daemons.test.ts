import { describe, expect, test } from "vitest";
import { z } from "zod";
import { POST as postRotation } from "#app/api/v1/hosts/[id]/token-rotation/route.ts";
import { POST as postHeartbeat } from "#app/api/v1/ingest/host-heartbeats/route.ts";
import { POST as postEnrol } from "#app/api/v1/ingest/hosts/enrol/route.ts";
import { POST as postToken } from "#app/api/v1/ingest/hosts/token/route.ts";
import { approveHost } from "#commands/approve-host.ts";
import { createEnrolment } from "#commands/create-enrolment.ts";
import { removeHost } from "#commands/remove-host.ts";
import { rotateHostToken } from "#commands/rotate-host-token.ts";
import { updateHost } from "#commands/update-host.ts";
import type { Actor } from "#domain/role.ts";
import { hostDetail } from "#queries/host/host-detail.ts";
import { newId } from "#store/ids.ts";
import { selectRows, sql } from "#store/sql.ts";

const admin: Actor = { kind: "user", id: newId(), name: "Admin", role: "admin" };
const analyst: Actor = { kind: "user", id: newId(), name: "Analyst", role: "analyst" };
const MACHINE = "a".repeat(64);

interface Answer {
  status: number;
  body: { hostId?: string; token?: string; detail?: string; rotateToken?: boolean };
}

async function send(handler: typeof postEnrol, token: string, body: unknown = {}): Promise<Answer> {
  const request = new Request("http://localhost:3000/api/v1/ingest", {
    method: "POST",
    headers: { authorization: `Bearer ${token}`, "content-type": "application/json" },
    body: JSON.stringify(body),
  });
  const response = await handler(request, { params: Promise.resolve({}) });
  return { status: response.status, body: (await response.json()) as Answer["body"] };
}

interface Agent {
  hostId: string;
  token: string;
}
const agentOf = ({ body }: Answer): Agent => ({ hostId: body.hostId ?? "", token: body.token ?? "" });
const identity = (machineIdHash = MACHINE) => ({ hostname: "web-01", machineIdHash, agentVersion: "0.1.0" });

async function newMachine(machineIdHash = newId(), options: object = {}): Promise<Agent> {
  const { token } = await createEnrolment(admin, { uses: 1, ...options });
  return agentOf(await send(postEnrol, token, identity(machineIdHash)));
}
const addDaemon = (token: string, socket: unknown, user: unknown = null, machineIdHash?: string) =>
  send(postEnrol, token, { ...identity(machineIdHash), daemon: { socket, user } });
const beat = (agent: Agent, token = agent.token) =>
  send(postHeartbeat, token, {
    hostId: agent.hostId,
    agentVersion: "0.1.0",
    sequence: 0,
    at: "2026-11-20T12:00:00Z",
    spooled: 0,
    dropped: 0,
  });
const rows = (query: ReturnType<typeof sql>) => selectRows(z.record(z.string(), z.unknown()), query);
const hostRow = async (id: string) => (await rows(sql`select * from host where id = ${id}`))[0] ?? {};

describe("further engines of a machine", () => {
  test("are hosts of their own, named after their user, and take over what people said of the machine", async () => {
    const machineId = newId();
    const first = await newMachine(machineId);
    await updateHost(admin, { hostId: first.hostId, owner: "Payments", environment: "Production" });
    const rootless = agentOf(await addDaemon(first.token, "/run/user/1000/docker.sock", "alice", machineId));
    const podman = agentOf(await addDaemon(first.token, "/run/podman/podman.sock", null, machineId));
    expect(await hostRow(rootless.hostId)).toMatchObject({
      name: "web-01 (rootless alice)",
      parent_host_id: first.hostId,
      daemon_socket: "/run/user/1000/docker.sock",
      owner: "Payments",
      environment: "Production",
      approval: "approved",
      clone_reason: null,
    });
    expect((await hostRow(podman.hostId)).name).toBe("web-01 (podman)");
    expect((await hostRow(first.hostId)).clone_reason, "siblings are no clones").toBeNull();
    expect(await rows(sql`select name from resource_summary where root_id = ${podman.hostId}`)).toEqual([
      { name: "web-01 (podman)" },
    ]);
    expect((await beat(rootless)).status).toBe(200);
    const shown = await hostDetail(admin, { hostId: rootless.hostId });
    expect(shown.otherEngines.map(({ id }) => id)).toEqual([first.hostId, podman.hostId]);
    expect((await hostDetail(admin, { hostId: first.hostId })).otherEngines.map(({ name }) => name)).toEqual([
      "web-01 (podman)",
      "web-01 (rootless alice)",
    ]);
  });

  test("of a cloned machine flag the machine, not its engines", async () => {
    const machineId = newId();
    const first = await newMachine(machineId);
    const further = agentOf(await addDaemon(first.token, "/run/podman/podman.sock", null, machineId));
    const clone = await newMachine(machineId);
    expect((await hostRow(clone.hostId)).clone_of).toBe(first.hostId);
    expect((await hostRow(further.hostId)).clone_reason).toBeNull();
  });

  test("asked for again, also at once, are one host; the token handed out last is the one that works", async () => {
    const first = await newMachine();
    const answers = await Promise.all([1, 2, 3].map(() => addDaemon(first.token, "/run/podman/podman.sock")));
    expect(new Set(answers.map(({ body }) => body.hostId)).size).toBe(1);
    const again = agentOf(await addDaemon(first.token, "/run/podman/podman.sock"));
    const statuses = await Promise.all(answers.map(async (answer) => (await beat(agentOf(answer))).status));
    expect(statuses).toEqual([401, 401, 401]);
    expect((await beat(again)).status).toBe(200);
  });

  test("end with the machine, and one that an admin removed does not come back by itself", async () => {
    const first = await newMachine();
    const one = agentOf(await addDaemon(first.token, "/run/one.sock"));
    const two = agentOf(await addDaemon(first.token, "/run/two.sock"));
    await removeHost(admin, { hostId: one.hostId });
    expect((await addDaemon(first.token, "/run/one.sock")).status).toBe(410);
    expect((await beat(one)).status).toBe(401);
    expect((await beat(two)).status).toBe(200);
    await removeHost(admin, { hostId: first.hostId });
    expect((await beat(two)).status).toBe(401);
    expect(await rows(sql`select 1 from resource_summary where root_id = ${two.hostId}`)).toEqual([]);
    expect((await addDaemon(first.token, "/run/three.sock")).status).toBe(401);
    expect(
      await rows(
        sql`select count(*)::int as n from audit_entry where action = 'host.remove' and target_id = ${first.hostId}`,
      ),
    ).toEqual([{ n: 1 }]);
  });

  test("wait for the approval of their machine and get it with it", async () => {
    const first = await newMachine(newId(), { needsApproval: true });
    const further = agentOf(await addDaemon(first.token, "/run/podman/podman.sock"));
    expect((await hostRow(further.hostId)).approval).toBe("pending");
    await approveHost(admin, { hostId: first.hostId });
    expect((await hostRow(further.hostId)).approval).toBe("approved");
    expect(
      await rows(sql`select 1 as one from pgboss.job where name = 'assess-host' and singleton_key = ${further.hostId}`),
    ).toHaveLength(1);
  });

  test("cannot add engines themselves, are limited in number, and need a token of the right kind", async () => {
    const first = await newMachine();
    const further = agentOf(await addDaemon(first.token, "/run/a.sock"));
    expect((await addDaemon(further.token, "/run/b.sock")).status).toBe(403);
    const { token } = await createEnrolment(admin, { uses: 1 });
    expect((await addDaemon(token, "/run/b.sock")).status).toBe(401);
    expect((await send(postEnrol, token, identity())).status, "nothing was used up").toBe(201);
    for (let index = 1; index < 16; index += 1)
      expect((await addDaemon(first.token, `/run/${index}.sock`)).status).toBe(201);
    expect((await addDaemon(first.token, "/run/one-too-many.sock")).status).toBe(409);
  });

  test.each([
    ["relative", "run/docker.sock", null],
    ["endless", `/${"x".repeat(200)}`, null],
    ["with a line break", "/run/a\nb.sock", null],
    ["no text", 7, null],
    ["of a user with markup", "/run/a.sock", "<b>"],
    ["of an empty user", "/run/a.sock", ""],
  ])("with a socket that is %s are refused", async (_, socket, user) => {
    const first = await newMachine();
    expect((await addDaemon(first.token, socket, user)).status).toBe(400);
    expect(await rows(sql`select 1 from host where parent_host_id = ${first.hostId}`)).toEqual([]);
  });
});

describe("rotating an agent's token", () => {
  test("the old one works until the new one is used; one audit row", async () => {
    const agent = await newMachine();
    expect((await send(postToken, agent.token)).status, "nobody asked").toBe(409);
    await rotateHostToken(admin, { hostId: agent.hostId });
    expect((await beat(agent)).body.rotateToken).toBe(true);
    const lost = (await send(postToken, agent.token)).body.token ?? "";
    const next = (await send(postToken, agent.token)).body.token ?? "";
    expect((await beat(agent, lost)).status, "an answer that was lost leaves no key behind").toBe(401);
    expect((await beat(agent)).status).toBe(200);
    expect((await beat(agent, next)).body.rotateToken).toBe(false);
    expect((await beat(agent)).status).toBe(401);
    expect((await send(postToken, next)).status).toBe(409);
    expect(await hostRow(agent.hostId)).toMatchObject({ next_token_id: null, rotate_requested_at: null });
    const audited = await rows(
      sql`select action from audit_entry where target_id = ${agent.hostId} and action like 'host.rotate%'`,
    );
    expect(audited).toEqual([{ action: "host.rotate-token" }]);
  });

  test("removing the host ends both", async () => {
    const agent = await newMachine();
    await rotateHostToken(admin, { hostId: agent.hostId });
    const next = (await send(postToken, agent.token)).body.token ?? "";
    await removeHost(admin, { hostId: agent.hostId });
    expect((await beat(agent)).status).toBe(401);
    expect((await beat(agent, next)).status).toBe(401);
  });

  test("a further engine added with the new token makes it the one in use", async () => {
    const agent = await newMachine();
    await rotateHostToken(admin, { hostId: agent.hostId });
    const next = (await send(postToken, agent.token)).body.token ?? "";
    expect((await addDaemon(next, "/run/a.sock")).status).toBe(201);
    expect((await beat(agent)).status).toBe(401);
  });

  test("is for admins", async () => {
    const agent = await newMachine();
    await expect(rotateHostToken(analyst, { hostId: agent.hostId })).rejects.toMatchObject({ code: "forbidden" });
    expect(postRotation.meta.guard).toEqual({ kind: "role", role: "admin" });
  });
});
