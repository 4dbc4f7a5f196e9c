import { beforeAll, expect, test } from "vitest";
import { z } from "zod";
import { cancelJob } from "#commands/cancel-job.ts";
import { exportImage } from "#commands/export-image.ts";
import { rescanImage } from "#commands/rescan-image.ts";
import { retryJob } from "#commands/retry-job.ts";
import type { Actor } from "#domain/role.ts";
import { ruleDetail } from "#queries/assessment/rule-detail.ts";
import { imageDetail } from "#queries/image/image-detail.ts";
import { imageHistory } from "#queries/image/image-history.ts";
import { jobList } from "#queries/queue/job-list.ts";
import { systemHealth } from "#queries/queue/system-health.ts";
import { pool } from "#store/client.ts";
import { enqueue, queue } from "#store/queue/queue.ts";
import { saveIdentity } from "#store/resource-summary.ts";
import { execute, selectRows, sql } from "#store/sql.ts";
import { addImage, addRegistries, debian, digestOf, registryId } from "./query-estate.ts";

const admin: Actor = { kind: "user", id: "a", name: "admin", role: "admin" };
const viewer: Actor = { ...admin, id: "v", name: "viewer", role: "viewer" };
const analyst: Actor = { ...admin, id: "n", name: "analyst", role: "analyst" };
const digest = digestOf("app");

beforeAll(async () => {
  await addRegistries();
  await addImage({ repository: "shop/app", name: "app", tag: "1", daysAgo: 1, packages: [debian("bash", "1")] });
  await queue();
});

async function audit(action: string): Promise<number> {
  const rows = await selectRows(z.object({ id: z.string() }), sql`select id from audit_entry where action = ${action}`);
  return rows.length;
}

test("a person queues a scan once; while it waits the same one is named, and the page says so", async () => {
  await expect(rescanImage(viewer, { registryId, digest })).rejects.toThrow("needs the role analyst");
  const first = await rescanImage(analyst, { registryId, digest });
  const second = await rescanImage(analyst, { registryId, digest });
  expect([first.added, second]).toEqual([true, { scanId: first.scanId, added: false }]);
  expect(await audit("image.rescan")).toBe(2);
  const detail = await imageDetail(viewer, { digest });
  expect(detail.assessment).toMatchObject({ state: "assessed", isScanning: true, hasEarlierResult: true });
  expect((await imageHistory(viewer, { digest })).scans[0]).toMatchObject({
    id: first.scanId,
    trigger: "person",
    state: "queued",
  });
  await expect(rescanImage(analyst, { registryId, digest: digestOf("gone") })).rejects.toThrow("no longer holds");
});

test("cancelling a scan's job ends the scan and leaves one audit row; it cannot be cancelled twice", async () => {
  const jobs = await jobList(admin, { queue: "scan-image", state: "waiting" });
  expect(jobs.total).toBe(jobs.rows.length);
  const [job] = jobs.rows;
  await expect(cancelJob(analyst, { jobId: job?.id })).rejects.toThrow("needs the role admin");
  await cancelJob(admin, { jobId: job?.id });
  expect((await imageHistory(viewer, { digest })).scans[0]).toMatchObject({
    state: "cancelled",
    error: "Cancelled by admin",
  });
  expect((await imageDetail(viewer, { digest })).assessment.isScanning).toBe(false);
  await expect(cancelJob(admin, { jobId: job?.id })).rejects.toThrow("has ended");
  expect(await audit("job.cancel")).toBe(1);
});

test("a failed job shows its reason and runs again; a failed scan gets a new scan in its place", async () => {
  const boss = await queue();
  const id = await enqueue("recount", {}, { key: "failing" });
  await boss.fetch("recount");
  await boss.fail("recount", id ?? "", new Error("the disk is full"));
  await execute(sql`update pgboss.job set state = 'failed', retry_count = retry_limit where id = ${id}`);
  const failed = await jobList(admin, { state: "failed" });
  expect(failed.rows).toMatchObject([{ id, queue: "recount", state: "failed", reason: "the disk is full" }]);
  expect((await systemHealth(viewer)).problems.map((problem) => problem.what)).toContain("1 failed job: Count again");
  await retryJob(admin, { jobId: id });
  expect((await jobList(admin, { state: "failed" })).total).toBe(0);
  await expect(retryJob(admin, { jobId: id })).rejects.toThrow("This job is waiting");
  await expect(retryJob(admin, { jobId: "01900000-0000-7000-8000-000000000000" })).rejects.toThrow("no such job");
  await expect(retryJob(viewer, { jobId: id })).rejects.toThrow("needs the role admin");
  const { scanId } = await rescanImage(admin, { registryId, digest });
  await execute(sql`update pgboss.job set state = 'failed' where data->>'scanId' = ${scanId}`);
  await execute(sql`update image_scan set state = 'failed', error = 'x' where id = ${scanId}`);
  const [scanJob] = (await jobList(admin, { state: "failed", queue: "scan-image" })).rows;
  await retryJob(admin, { jobId: scanJob?.id });
  const [newest, old] = (await imageHistory(viewer, { digest })).scans;
  expect([newest?.state, old?.id, old?.state]).toEqual(["queued", scanId, "failed"]);
  expect(await audit("job.retry")).toBe(2);
});

test("job pages have no gaps and no repeats", async () => {
  for (let index = 0; index < 120; index += 1)
    await enqueue("verify-delete", { registryId, repository: `r${index}`, digest: null, tag: "1" });
  const seen: string[] = [];
  let cursor: string | null = null;
  do {
    const page: Awaited<ReturnType<typeof jobList>> = await jobList(admin, { queue: "verify-delete", cursor });
    seen.push(...page.rows.map((row) => row.id));
    cursor = page.nextCursor;
    expect(page.total).toBe(120);
  } while (cursor);
  expect(new Set(seen).size).toBe(120);
  expect(seen).toHaveLength(120);
});

test("no worker, a silent worker and a living one", async () => {
  const words = async () =>
    (await systemHealth(viewer)).problems
      .filter((problem) => problem.what === "No worker is running")
      .map((problem) => problem.detail);
  expect((await words())[0]).toContain("None was seen");
  await execute(
    sql`insert into process_heartbeat (id, role, version, started_at, seen_at) values ('w', 'worker', '1', now(), now() - interval '50 seconds')`,
  );
  expect((await words())[0]).toContain("Last heard");
  expect((await systemHealth(viewer)).processes).toMatchObject([{ id: "w", state: "silent" }]);
  await execute(sql`update process_heartbeat set seen_at = now()`);
  expect(await words()).toEqual([]);
});

test("health names the largest tables and the feeds that cannot be read", async () => {
  await execute(sql`update feed set last_error = 'The server answered 503'`);
  const health = await systemHealth(viewer);
  expect(health.database.tables.length).toBeGreaterThan(5);
  expect(Number(health.database.bytes)).toBeGreaterThan(0);
  expect(health.problems.some((problem) => problem.detail === "The server answered 503")).toBe(true);
  await expect(jobList(viewer, {})).rejects.toThrow("needs the role admin");
});

test("a rule's counts equal its list", async () => {
  await execute(
    sql`insert into rule (id, engine, title, severity, rationale, remediation, logic, refs, examples) values ('test-rule', 'image-scan', 'T', 'high', 'r', 'm', 'l', '[{"framework":"CIS","control":"1"}]', '[]')`,
  );
  await saveIdentity(pool(), "registry", [registryId]);
  await execute(sql`insert into assessment (root_id, id, rule_id, resource_id, resource_kind, status, completeness, severity, evidence, diagnostics, status_since, assessed_at)
    select ${registryId}, decode(lpad(to_hex(n), 64, '0'), 'hex'), 'test-rule', 'r' || n, 'registry', case when n % 3 = 0 then 'unknown' else 'unhealthy' end, 'complete', 'high', '[]', '[]', now(), now()
      from generate_series(1, 120) n`);
  const detail = await ruleDetail(viewer, { id: "test-rule" });
  expect(detail.counts).toMatchObject({ unknown: 40, unhealthy: 80, healthy: 0 });
  const seen: string[] = [];
  let cursor: string | null = null;
  do {
    const page: Awaited<ReturnType<typeof ruleDetail>> = await ruleDetail(viewer, {
      id: "test-rule",
      status: "unhealthy",
      cursor,
    });
    seen.push(...page.assessments.map((one) => one.resourceId));
    cursor = page.nextCursor;
    expect(page.total).toBe(80);
  } while (cursor);
  expect(new Set(seen).size).toBe(80);
  await expect(ruleDetail(viewer, { id: "no-such-rule" })).rejects.toThrow("There is no rule");
});

test("an export leaves one audit row that names the image", async () => {
  await exportImage(viewer, { digest, repository: "shop/app", format: "csv" });
  const rows = await selectRows(
    z.object({ targetId: z.string(), actor: z.string() }),
    sql`select target_id as "targetId", actor_name as actor from audit_entry where action = 'image.export'`,
  );
  expect(rows).toEqual([{ targetId: digest, actor: "viewer" }]);
  await expect(
    exportImage({ ...viewer, role: "none" } as unknown as Actor, { digest, repository: "x", format: "csv" }),
  ).rejects.toThrow("needs the role");
});
