import { beforeAll, beforeEach, describe, expect, test } from "vitest";
import { z } from "zod";
import { endExemption } from "#commands/end-exemption.ts";
import { exempt as exemptCommand } from "#commands/exempt.ts";
import { previewExemption } from "#commands/preview-exemption.ts";
import type { Actor } from "#domain/role.ts";
import type { HostEvidence } from "#engines/cis-docker/facts.ts";
import { ruleDetail } from "#queries/assessment/rule-detail.ts";
import { exemptionList } from "#queries/exemption/exemption-list.ts";
import { hostContainer } from "#queries/host/host-container.ts";
import { hostControls } from "#queries/host/host-controls.ts";
import { hostDetail } from "#queries/host/host-detail.ts";
import { newId } from "#store/ids.ts";
import { selectRows, sql } from "#store/sql.ts";
import { transaction } from "#store/transaction.ts";
import { endDueExemptions } from "#worker/due-exemptions.ts";
import { publishRules } from "#worker/publish-rules.ts";
import { assessedHost, assessWaiting, recordedEvidence, storeReport } from "./assessed-host.ts";

const admin: Actor = { kind: "user", id: newId(), name: "Ada", role: "admin" };
const analyst: Actor = { kind: "user", id: newId(), name: "Bob", role: "analyst" };
const viewer: Actor = { kind: "user", id: newId(), name: "Cay", role: "viewer" };
const PRIVILEGED = "docker-privileged-container";
const LIMITS = "docker-memory-limit";
let evidence: HostEvidence;
let host: string;
let other: string;

beforeAll(async () => {
  await publishRules();
  evidence = await recordedEvidence();
}, 60_000);

beforeEach(async () => {
  for (const { id } of (await exemptionList(viewer, {})).items) await endExemption(admin, { exemptionId: id });
  host = await assessedHost("first", evidence);
  other = await assessedHost("second", evidence);
});

const rows = (query: ReturnType<typeof sql>) => selectRows(z.record(z.string(), z.unknown()), query);
const controlOf = async (hostId: string, ruleId = PRIVILEGED) => {
  const control = (await hostControls(viewer, { hostId })).controls.find((one) => one.ruleId === ruleId);
  if (!control) throw new Error(`the host has no control ${ruleId}`);
  return control;
};
interface Asked {
  ruleId?: string;
  scope?: object;
  note?: string;
  expiresAt?: string;
  conditions?: object[];
}
/** Exempts on the first host, unless a scope is given; the preview must have said what happens. */
const exempt = async (
  { ruleId = PRIVILEGED, scope = { rootId: host }, conditions = [], ...more }: Asked = {},
  actor = analyst,
) => {
  const target = { subject: { kind: "rule", id: ruleId }, scope, conditions };
  const told = await previewExemption(actor, target).catch(() => null);
  const { ids, resources } = await exemptCommand(actor, {
    ...target,
    reason: "accepted-risk",
    note: "needed for backups",
    expiresAt: null,
    ...more,
  });
  if (told !== null) expect(resources, "resources that the preview named").toBe(told.resources);
  return { id: ids[0] ?? "", hosts: resources };
};
const summaryOf = async (hostId: string) =>
  (
    await rows(
      sql`select controls_healthy as healthy, controls_unhealthy as unhealthy, controls_unknown as unknown, controls_exempt as exempt,
        controls_not_applicable as not_applicable, controls_critical as critical, controls_high as high, controls_medium as medium,
        controls_low as low, risk, worst from resource_summary where root_id = ${hostId}`,
    )
  )[0];
const failingOf = async (hostId: string) =>
  Object.fromEntries(
    (await rows(sql`select name, failing from host_container where host_id = ${hostId} order by name`)).map((row) => [
      row.name,
      row.failing,
    ]),
  );
const historyOf = (hostId: string, ruleId = PRIVILEGED) =>
  rows(
    sql`select from_status, to_status, cause from status_history where root_id = ${hostId} and rule_id = ${ruleId} order by at, id`,
  );
const containerId = async (name: string) =>
  String(
    (await rows(sql`select container_id from host_container where host_id = ${host} and name = ${name}`))[0]
      ?.container_id,
  );

function privileged(names: string[]): HostEvidence {
  const copy = structuredClone(evidence);
  const inspected: unknown = copy.containersInspect;
  for (const container of Object.values(
    inspected as Record<string, { Name: string; HostConfig: { Privileged?: boolean } }>,
  ))
    container.HostConfig.Privileged = names.includes(container.Name.replace(/^\//, ""));
  return copy;
}
const report = async (hostId: string, changed: HostEvidence) => {
  await storeReport(hostId, changed);
  await assessWaiting(hostId);
};

describe("an exempt control", () => {
  test("counts neither as met nor as broken, and says until when, by whom and why", async () => {
    const before = await summaryOf(host);
    const containers = await failingOf(host);
    expect(containers["a-priv"]).toBeGreaterThan(0);
    const { id, hosts } = await exempt({ expiresAt: "2100-01-01T00:00:00Z" });
    expect(hosts).toBe(1);
    const control = await controlOf(host);
    expect(control).toMatchObject({ status: "exempt", verdict: "unhealthy", findingCount: 1, exemptCount: 1 });
    expect(control.exemptions).toEqual([
      {
        id,
        hostId: host,
        item: null,
        reason: "accepted-risk",
        note: "needed for backups",
        by: "Bob",
        at: expect.any(String),
        until: "2100-01-01T00:00:00.000Z",
      },
    ]);
    const after = await summaryOf(host);
    expect(after).toMatchObject({
      healthy: before?.healthy,
      unhealthy: Number(before?.unhealthy) - 1,
      high: Number(before?.high) - 1,
      exempt: 1,
    });
    expect(Number(after?.risk)).toBeLessThan(Number(before?.risk));
    expect((await failingOf(host))["a-priv"]).toBe(Number(containers["a-priv"]) - 1);
    expect(await hostDetail(viewer, { hostId: host })).toMatchObject({ exempt: 1, unhealthy: after?.unhealthy });
    expect(
      (await ruleDetail(viewer, { id: PRIVILEGED, status: "exempt" })).assessments.map((row) => row.rootId),
    ).toEqual([host]);
    const container = await hostContainer(viewer, { hostId: host, containerId: await containerId("a-priv") });
    expect(container.controls.find(({ ruleId }) => ruleId === PRIVILEGED)?.status).toBe("exempt");
    expect((await controlOf(other)).status, "another host is not touched").toBe("unhealthy");
    expect(await historyOf(host)).toEqual([
      { from_status: null, to_status: "unhealthy", cause: "report" },
      { from_status: "unhealthy", to_status: "exempt", cause: "exemption" },
    ]);

    await endExemption(analyst, { exemptionId: id });
    expect(await summaryOf(host)).toEqual(before);
    expect(await failingOf(host)).toEqual(containers);
    expect((await controlOf(host)).exemptions).toEqual([]);
    expect((await historyOf(host)).at(-1)).toEqual({
      from_status: "exempt",
      to_status: "unhealthy",
      cause: "exemption",
    });
  });

  test("stays exempt with the next report, which is no news, and counts again once it is met", async () => {
    await exempt();
    await report(host, evidence);
    expect((await controlOf(host)).status).toBe("exempt");
    expect(await historyOf(host)).toHaveLength(2);
    await report(host, privileged([]));
    expect((await controlOf(host)).status, "what is met needs no exemption").toBe("healthy");
    await report(host, privileged(["a-hard"]));
    expect((await controlOf(host)).status).toBe("exempt");
    expect(
      await rows(sql`select 1 from notice where root_id = ${host} and dedupe_key = ${`control/${PRIVILEGED}`}`),
    ).toEqual([]);
    expect((await historyOf(host)).map(({ from_status, to_status }) => `${from_status}→${to_status}`)).toEqual([
      "null→unhealthy",
      "unhealthy→exempt",
      "exempt→healthy",
      "healthy→exempt",
    ]);
  });

  test("is never counted as healthy: every control exempt leaves none met more than before", async () => {
    const before = await summaryOf(host);
    for (const { ruleId, status } of (await hostControls(viewer, { hostId: host })).controls)
      if (["unhealthy", "unknown", "manual"].includes(status)) await exempt({ ruleId });
    expect(await summaryOf(host)).toMatchObject({
      healthy: before?.healthy,
      unhealthy: 0,
      unknown: 0,
      exempt: Number(before?.unhealthy) + Number(before?.unknown),
      worst: null,
      risk: 0,
    });
  });
});

describe("an exempt item", () => {
  test("leaves the control failing by the others, and exempt when there are no others", async () => {
    await report(host, privileged(["a-priv", "a-hard"]));
    const before = await failingOf(host);
    const first = await exempt({ scope: { rootId: host, item: "a-priv" } });
    expect(first.hosts, "the control still counts as before").toBe(0);
    const control = await controlOf(host);
    expect(control).toMatchObject({ status: "unhealthy", findingCount: 2, exemptCount: 1 });
    expect(control.findings.map(({ title, isExempt }) => [title, isExempt])).toEqual([
      ["a-hard", false],
      ["a-priv", true],
    ]);
    expect((await failingOf(host))["a-priv"]).toBe(Number(before["a-priv"]) - 1);
    expect((await failingOf(host))["a-hard"]).toBe(before["a-hard"]);
    await exempt({ scope: { rootId: host, item: "a-hard" } });
    expect((await controlOf(host)).status).toBe("exempt");

    await report(host, privileged(["a-priv", "a-hard", "a-zero"]));
    expect((await controlOf(host)).status, "a new item is not exempt").toBe("unhealthy");
    const notices = await rows(
      sql`select detail from notice where root_id = ${host} and dedupe_key = ${`control/${PRIVILEGED}`}`,
    );
    expect(notices).toEqual([{ detail: expect.stringContaining("a-zero") }]);
  });

  test("must be one that the control names", async () => {
    await expect(exempt({ scope: { rootId: host, item: "no-such-container" } })).rejects.toMatchObject({
      code: "conflict",
    });
    await expect(exempt({ scope: { rootId: host, packageName: "openssl" } })).rejects.toMatchObject({
      code: "validation-failed",
    });
  });
});

describe("a control exempt everywhere", () => {
  test("is so on every host, also on one that comes later; ended, it fails on all", async () => {
    const { id, hosts } = await exempt({ scope: {} });
    expect(hosts).toBeGreaterThanOrEqual(2);
    const later = await assessedHost("later", evidence);
    for (const one of [host, other, later]) expect((await controlOf(one)).status).toBe("exempt");
    const listed = (await exemptionList(viewer, {})).items[0];
    expect(listed).toMatchObject({ id, rootId: null, control: "5.5", resources: hosts + 1, state: "active" });
    await endExemption(admin, { exemptionId: id });
    for (const one of [host, other, later]) expect((await controlOf(one)).status).toBe("unhealthy");
    expect((await exemptionList(viewer, { state: "ended" })).items[0]).toMatchObject({
      id,
      endedBy: "Ada",
      state: "ended",
    });
    expect((await exemptionList(viewer, {})).items.some((item) => item.id === id)).toBe(false);
  });

  test("does not hide that the control of one host is exempt on its own as well", async () => {
    const own = await exempt();
    const all = await exempt({ scope: {} });
    await endExemption(analyst, { exemptionId: all.id });
    expect((await controlOf(host)).status).toBe("exempt");
    expect((await controlOf(other)).status).toBe("unhealthy");
    await endExemption(analyst, { exemptionId: own.id });
    expect((await controlOf(host)).status).toBe("unhealthy");
  });
});

describe("its end", () => {
  test("comes by itself, with a notice and its cause in the history", async () => {
    const { id } = await exempt({ expiresAt: "2100-01-01T00:00:00Z" });
    expect(await endDueExemptions(new Date("2099-12-31T23:59:59Z"))).toBe(0);
    expect((await controlOf(host)).status).toBe("exempt");
    expect(await endDueExemptions(new Date("2100-01-01T00:00:01Z"))).toBe(1);
    expect((await controlOf(host)).status).toBe("unhealthy");
    expect((await historyOf(host)).at(-1)).toEqual({
      from_status: "exempt",
      to_status: "unhealthy",
      cause: "exemption",
    });
    expect(await rows(sql`select kind, href, detail from notice where root_id = ${host}`)).toEqual([
      {
        kind: "control-failed",
        href: expect.stringContaining(PRIVILEGED),
        detail: expect.stringContaining("needed for backups"),
      },
    ]);
    expect((await exemptionList(viewer, { state: "ended", q: "needed for backups" })).items[0]).toMatchObject({
      id,
      endedBy: null,
      endedBecause: "time",
    });
    expect(await endDueExemptions(new Date("2100-01-01T00:00:02Z"))).toBe(0);
  });

  test("is told before it comes", async () => {
    await exempt({ expiresAt: new Date(Date.now() + 3 * 86_400_000).toISOString() });
    expect((await exemptionList(viewer, { state: "expiring" })).items).toHaveLength(1);
    expect((await exemptionList(viewer, {})).items[0]?.state).toBe("expiring");
  });
});

describe("who and what", () => {
  test("analysts and admins; a viewer neither makes nor ends one", async () => {
    await expect(exempt({}, viewer)).rejects.toMatchObject({ code: "forbidden" });
    const { id } = await exempt({}, admin);
    await expect(endExemption(viewer, { exemptionId: id })).rejects.toMatchObject({ code: "forbidden" });
  });

  test("a reason in words and an end that lies ahead are needed; twice the same is refused", async () => {
    await expect(exempt({ note: "  " })).rejects.toThrow();
    await expect(exempt({ expiresAt: "2020-01-01T00:00:00Z" })).rejects.toMatchObject({ code: "validation-failed" });
    await expect(exempt({ ruleId: "no-such-rule" })).rejects.toMatchObject({ code: "not-found" });
    await expect(exempt({ scope: { rootId: newId() } })).rejects.toMatchObject({ code: "validation-failed" });
    const both = await Promise.allSettled([exempt(), exempt()]);
    expect(both.map(({ status }) => status).sort()).toEqual(["fulfilled", "rejected"]);
    const { id } = (await exemptionList(viewer, {})).items[0] ?? { id: "" };
    await endExemption(analyst, { exemptionId: id });
    await expect(endExemption(analyst, { exemptionId: id })).rejects.toMatchObject({ code: "conflict" });
    await expect(endExemption(analyst, { exemptionId: newId() })).rejects.toMatchObject({ code: "not-found" });
  });

  test("making and ending one is audited once each, with what was decided", async () => {
    const { id } = await exempt({ ruleId: LIMITS });
    await endExemption(admin, { exemptionId: id });
    const audited = await rows(
      sql`select action, actor_name, coalesce(after, '{}') ->> 'note' as note from audit_entry where after ->> 'id' = ${id} or before ->> 'id' = ${id} order by at, id`,
    );
    expect(audited).toEqual([
      { action: "exemption.create", actor_name: "Bob", note: "needed for backups" },
      { action: "exemption.end", actor_name: "Ada", note: null },
    ]);
  });

  test("an assessment under way ends first, so that its verdict is exempt as well", async () => {
    let made: Promise<unknown> | undefined;
    await transaction(async (tx) => {
      await tx.query("select 1 from host where id = $1 for update", [host]);
      made = exempt();
      const waits = new Promise((resolve) => setTimeout(resolve, 300, "waits"));
      expect(await Promise.race([made.then(() => "made"), waits])).toBe("waits");
    });
    await made;
    expect((await controlOf(host)).status).toBe("exempt");
  });
});
