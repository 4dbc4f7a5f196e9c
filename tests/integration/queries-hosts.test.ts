import path from "node:path";
import { gzipSync } from "node:zlib";
import { beforeAll, describe, expect, it } from "vitest";
import { readEvidence } from "#cli/audit-evidence.ts";
import { approveHost } from "#commands/approve-host.ts";
import { confirm } from "#commands/confirm.ts";
import { removeHost } from "#commands/remove-host.ts";
import { updateHost } from "#commands/update-host.ts";
import type { Actor } from "#domain/role.ts";
import type { HostEvidence } from "#engines/cis-docker/facts.ts";
import { rules } from "#engines/cis-docker/rules/index.ts";
import { ContainersParams, containersOverview } from "#queries/count/containers-overview.ts";
import { enrolmentList } from "#queries/host/enrolment-list.ts";
import { hostContainer } from "#queries/host/host-container.ts";
import { hostContainers } from "#queries/host/host-containers.ts";
import { hostControls } from "#queries/host/host-controls.ts";
import { hostDetail } from "#queries/host/host-detail.ts";
import { hostImages } from "#queries/host/host-images.ts";
import { hostReportDiff, hostReports } from "#queries/host/host-reports.ts";
import { NoticeListParams, noticeList } from "#queries/notice/notice-list.ts";
import { insertApiToken } from "#store/account/api-token.ts";
import { readBlobs } from "#store/blob.ts";
import { pool } from "#store/client.ts";
import { insertHost, noteHeartbeat } from "#store/host/host.ts";
import { insertHostReport, pendingReports } from "#store/host/host-report.ts";
import { newId, sha256 } from "#store/ids.ts";
import { transaction } from "#store/transaction.ts";
import { assessReport } from "#worker/assess-report.ts";
import { publishRules } from "#worker/publish-rules.ts";

const viewer: Actor = { kind: "user", id: newId(), name: "Viewer", role: "viewer" };
const analyst: Actor = { kind: "user", id: newId(), name: "Ada", role: "analyst" };
const admin: Actor = { kind: "user", id: newId(), name: "Admin", role: "admin" };
const ICC = "docker-default-bridge-icc";
const PRIVILEGED = "docker-privileged-container";

let hostId: string;
let evidence: HostEvidence;
let sequence = 0;

async function enrol(hostname: string, approval: "approved" | "pending" = "approved"): Promise<string> {
  const id = newId();
  await transaction(async (tx) => {
    const enrolment = await insertApiToken(tx, { kind: "enrol", name: hostname, usesLeft: 1 });
    const agent = await insertApiToken(tx, { kind: "agent", name: hostname, scope: { kind: "host", id } });
    await insertHost(tx, {
      id,
      hostname,
      machineIdHash: null,
      bootId: null,
      agentVersion: "0.1.0",
      approval,
      tokenId: agent.id,
      enrolTokenId: enrolment.id,
      cloneOf: null,
    });
    await noteHeartbeat(tx, id, 0n);
  });
  return id;
}

/** Stores a report and does what the job assess-host does with it. */
async function report(id: string, sections: HostEvidence): Promise<string> {
  sequence += 1;
  const body = {
    schemaVersion: 1,
    hostId: id,
    hostname: "host-a",
    agentVersion: "0.1.0",
    sequence,
    collectedAt: new Date(Date.UTC(2026, 10, 20) + sequence * 60_000).toISOString(),
    evidence: sections,
  };
  const content = JSON.stringify(sections);
  const reportId = await transaction((tx) =>
    insertHostReport(tx, {
      hostId: id,
      sequence: BigInt(sequence),
      contentSha256: sha256(content),
      body: gzipSync(JSON.stringify(body)),
      sizeBytes: content.length,
      collectedAt: new Date(body.collectedAt),
      agentVersion: "0.1.0",
    }),
  );
  await assessWaiting(id);
  return reportId ?? "";
}

async function assessWaiting(id: string): Promise<void> {
  for (const waiting of await pendingReports(pool(), id)) {
    const digest = waiting.bodySha256;
    if (!digest) throw new Error("a report that waits must have its body");
    const stored = (await readBlobs([digest])).get(Buffer.from(digest).toString("hex"));
    if (!stored) throw new Error("the body is gone");
    await assessReport(id, {
      report: waiting,
      body: stored,
      now: new Date(Date.UTC(2026, 10, 21) + sequence * 60_000),
    });
  }
}

/** The evidence with containers changed by `change`. */
function withContainers(
  change: (container: { Name: string; HostConfig: { Privileged?: boolean } }) => void,
): HostEvidence {
  const copy = structuredClone(evidence);
  const inspected: unknown = copy.containersInspect;
  for (const container of Object.values(inspected as Record<string, Parameters<typeof change>[0]>)) change(container);
  return copy;
}

beforeAll(async () => {
  await publishRules();
  evidence = await readEvidence(path.resolve("tests/fixtures/cis/host-a"));
  hostId = await enrol("docker-build-07");
  await report(hostId, evidence);
}, 60_000);

describe("a host", () => {
  it("counts what its lists hold", async () => {
    const detail = await hostDetail(viewer, { hostId });
    const controls = await hostControls(viewer, { hostId });
    const images = await hostImages(viewer, { hostId });
    const running = await hostContainers(viewer, { hostId, state: "running" });
    expect(controls.controls).toHaveLength(rules.length);
    expect(controls.controls.filter(({ status }) => status === "unhealthy")).toHaveLength(detail.unhealthy);
    expect(images.rows).toHaveLength(detail.imagesTotal ?? -1);
    expect(images.rows.filter(({ isUsed }) => isUsed)).toHaveLength(detail.imagesInUse ?? -1);
    expect(running.rows).toHaveLength(detail.containersRunning ?? -1);
    const paused = await hostContainers(viewer, { hostId, state: "paused" });
    expect(paused.rows).toHaveLength(detail.containersPaused ?? -1);
    expect(detail.dockerVersion).toContain("20.10.24");
  });

  it("stands in the Containers tab with its worst control", async () => {
    const list = await containersOverview(viewer, ContainersParams.parse({ type: "host" }));
    const row = list.rows.find(({ rootId }) => rootId === hostId);
    const detail = await hostDetail(viewer, { hostId });
    expect(row).toMatchObject({
      kind: "host",
      unhealthy: detail.unhealthy,
      contentsUnit: "running",
      posture: "unhealthy",
    });
    expect(row?.worst).toMatchObject({ kind: "control", severity: "high" });
    expect(list.kinds.host.total).toBe(1);
  });

  it("is not found for a made-up id, and by nobody once removed", async () => {
    await expect(hostDetail(viewer, { hostId: newId() })).rejects.toMatchObject({ code: "not-found" });
    const gone = await enrol("short-lived");
    await expect(removeHost(analyst, { hostId: gone })).rejects.toMatchObject({ code: "forbidden" });
    await removeHost(admin, { hostId: gone });
    await expect(hostDetail(viewer, { hostId: gone })).rejects.toMatchObject({ code: "not-found" });
  });
});

describe("its controls", () => {
  it("carry what was read and what is expected, item by item, with a fix", async () => {
    const { controls } = await hostControls(viewer, { hostId });
    const icc = controls.find(({ ruleId }) => ruleId === ICC);
    expect(icc).toMatchObject({ control: "2.2", section: "2", status: "unhealthy" });
    expect(icc?.findings[0]?.evidence[0]).toMatchObject({ kind: "setting", actual: "true", expected: "false" });
    expect(icc?.findings[0]?.remediation).toContain("/etc/docker/daemon.json");
    for (const control of controls.filter(({ status }) => status === "unhealthy"))
      expect(control.findings.length, control.ruleId).toBeGreaterThan(0);
  });

  it("are those of one section when asked, and every section is counted all the same", async () => {
    const all = await hostControls(viewer, { hostId });
    const second = await hostControls(viewer, { hostId, section: "2" });
    expect(new Set(second.controls.map(({ section }) => section))).toEqual(new Set(["2"]));
    expect(second.sections).toEqual(all.sections);
    expect(all.section).toBeNull();
    const sum = all.sections.reduce((total, { counts }) => total + counts.unhealthy, 0);
    expect(sum).toBe((await hostDetail(viewer, { hostId })).unhealthy);
  });

  it("choose the section of the control that a link names, else the first with something unhealthy", async () => {
    expect((await hostControls(viewer, { hostId, section: "auto", control: PRIVILEGED })).section).toBe("5");
    const first = await hostControls(viewer, { hostId, section: "auto" });
    expect(first.section).toBe(first.sections.find(({ counts }) => counts.unhealthy > 0)?.section);
    expect((await hostControls(viewer, { hostId, section: "auto", control: "made-up" })).section).toBe(first.section);
  });

  it("keep the control that a link names, whatever the status filter hides", async () => {
    const { controls } = await hostControls(viewer, { hostId, section: "auto", control: ICC, status: "healthy" });
    expect(controls.map(({ ruleId }) => ruleId)).toContain(ICC);
    expect(controls.filter(({ status }) => status !== "healthy")).toHaveLength(1);
  });

  it("are numbered as the older benchmark has them when asked", async () => {
    const older = await hostControls(viewer, { hostId, benchmark: "1.2.0" });
    expect(older.controls.find(({ ruleId }) => ruleId === ICC)?.control).toBe("2.1");
    expect(older.controls.length).toBeLessThan(rules.length);
  });
});

describe("its containers", () => {
  it("list the worst first", async () => {
    const { rows } = await hostContainers(viewer, { hostId });
    expect(rows.map(({ failing }) => failing)).toEqual(rows.map(({ failing }) => failing).sort((a, b) => b - a));
  });

  it("find a name literally: a percent sign is no wildcard", async () => {
    expect((await hostContainers(viewer, { hostId, q: "a-pri" })).rows.map(({ name }) => name)).toEqual(["a-priv"]);
    expect((await hostContainers(viewer, { hostId, q: "%" })).rows).toEqual([]);
  });

  it("answer a page by the first 12 characters of the id, with the controls that it breaks", async () => {
    const [row] = (await hostContainers(viewer, { hostId, q: "a-priv" })).rows;
    const found = await hostContainer(viewer, { hostId, containerId: row?.containerId.slice(0, 12) ?? "" });
    expect(found.name).toBe("a-priv");
    expect(found.facts.privileged).toBe(true);
    const failing = found.controls.filter(({ status }) => status === "unhealthy");
    expect(failing.find(({ ruleId }) => ruleId === PRIVILEGED)?.remediation).toContain("a-priv");
    expect(found.controls.every(({ control }) => control === "4.1" || control.startsWith("5."))).toBe(true);
  });
});

describe("its reports", () => {
  it("say which control each changed, raise a notice that leads to it, and differ in what was changed", async () => {
    const fixed = await report(
      hostId,
      withContainers((container) => {
        container.HostConfig.Privileged = false;
      }),
    );
    const green = await hostControls(viewer, { hostId, section: "5" });
    expect(green.controls.find(({ ruleId }) => ruleId === PRIVILEGED)?.status).toBe("healthy");
    const broken = await report(hostId, evidence);
    const { rows } = await hostReports(viewer, { hostId });
    expect(rows[0]).toMatchObject({ id: broken, changes: [{ ruleId: PRIVILEGED, from: "healthy", to: "unhealthy" }] });
    expect(rows[1]).toMatchObject({ id: fixed, changes: [{ ruleId: PRIVILEGED, from: "unhealthy", to: "healthy" }] });
    expect(rows[2]?.changes).toBeNull();
    const diff = await hostReportDiff(viewer, { hostId, from: fixed, to: broken });
    expect(diff.differences).toContainEqual(
      expect.objectContaining({ path: expect.stringContaining("Privileged"), before: "false", after: "true" }),
    );
    const notices = await noticeList(viewer, NoticeListParams.parse({ kind: "control-failed" }));
    expect(notices.rows.map(({ href }) => href)).toContain(`/hosts/${hostId}?control=${PRIVILEGED}`);
  });

  it("keep a container that is gone, without its controls", async () => {
    const copy = structuredClone(evidence);
    const all = copy.containersInspect as unknown as Record<string, { Name: string; Id: string }>;
    const entries = Object.entries(all).filter(([, container]) => !container.Name.endsWith("a-sshd"));
    const kept = Array.isArray(all) ? entries.map(([, container]) => container) : Object.fromEntries(entries);
    Object.assign(copy, { containersInspect: kept });
    await report(hostId, copy);
    const gone = (await hostContainers(viewer, { hostId, state: "gone" })).rows;
    expect(gone.map(({ name }) => name)).toEqual(["a-sshd"]);
    const page = await hostContainer(viewer, { hostId, containerId: gone[0]?.containerId ?? "" });
    expect(page.goneAt).not.toBeNull();
    expect(page.controls).toEqual([]);
  });

  it("refuse to compare with a report of another host", async () => {
    const other = await enrol("other");
    const foreign = await report(other, evidence);
    const [own] = (await hostReports(viewer, { hostId })).rows;
    await expect(hostReportDiff(viewer, { hostId, from: foreign, to: own?.id ?? "" })).rejects.toMatchObject({
      code: "gone",
    });
    await removeHost(admin, { hostId: other });
  });
});

describe("what people say of it", () => {
  it("turns a control green with name and note, and only where evidence cannot answer", async () => {
    const before = await hostControls(viewer, { hostId, status: "manual" });
    const ruleId = before.controls[0]?.ruleId ?? "";
    const confirmation = { rootId: hostId, ruleId, confirmed: true, note: "Looked at with the team" };
    await expect(confirm(viewer, confirmation)).rejects.toMatchObject({ code: "forbidden" });
    await confirm(analyst, confirmation);
    await assessWaiting(hostId);
    const after = (await hostControls(viewer, { hostId })).controls.find((control) => control.ruleId === ruleId);
    expect(after).toMatchObject({ status: "healthy", confirmedBy: "Ada", confirmedNote: "Looked at with the team" });
    await expect(confirm(analyst, { ...confirmation, ruleId: ICC })).rejects.toMatchObject({
      code: "bad-request",
    });
  });

  it("keeps only the expectations that were given, so that the site's hold for the others", async () => {
    await updateHost(admin, { hostId, policy: { expectedPorts: [8080] } });
    expect((await hostDetail(viewer, { hostId })).policy).toEqual({ expectedPorts: [8080] });
    await expect(updateHost(admin, { hostId, policy: { expectedPorts: ["http"] } })).rejects.toMatchObject({
      name: "ZodError",
    });
  });

  it("lets a host in that waits, however long ago it came", async () => {
    const waiting = await enrol("waiting", "pending");
    await pool().query("update host set created_at = now() - interval '3 days' where id = $1", [waiting]);
    const { arrivals } = await enrolmentList(admin, {});
    expect(arrivals.find((host) => host.hostId === waiting)?.approval).toBe("pending");
    await expect(enrolmentList(analyst, {})).rejects.toMatchObject({ code: "forbidden" });
    await approveHost(admin, { hostId: waiting });
    expect((await hostDetail(viewer, { hostId: waiting })).approval).toBe("approved");
  });
});
