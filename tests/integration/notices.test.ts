import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { markNoticesRead } from "#commands/mark-notices-read.ts";
import type { Actor } from "#domain/role.ts";
import { imageHistory } from "#queries/image/image-history.ts";
import { noticeList } from "#queries/notice/notice-list.ts";
import { execute, sql } from "#store/sql.ts";
import { endScanThreads } from "../../src/worker/scan/scan-threads.ts";
import {
  connectRegistry,
  importAdvisories,
  importExploited,
  pushImage,
  recountAll,
  rows,
  runScans,
  type TestAdvisory,
} from "../registry-double/estate.ts";
import { addLayer, debianFiles, type MemoryRegistry, startMemoryRegistry } from "../registry-double/memory-registry.ts";

const reader: Actor = { kind: "user", id: "reader", name: "Rea", role: "viewer" };
const other: Actor = { kind: "user", id: "other", name: "Otto", role: "viewer" };
let registry: MemoryRegistry;

const flaw = (recordId: string, packageName: string, severity: TestAdvisory["severity"] = "HIGH"): TestAdvisory => ({
  recordId,
  ecosystem: "Debian:12",
  packageName,
  fixed: "9.0-1",
  severity,
});
const advisories = [
  flaw("CVE-2026-1001", "alpha"),
  flaw("CVE-2026-1002", "beta", "CRITICAL"),
  flaw("CVE-2026-1003", "gamma", "LOW"),
];

beforeAll(async () => {
  registry = await startMemoryRegistry();
  await importAdvisories("debian", advisories);
});
afterAll(async () => {
  await endScanThreads();
  await registry.stop();
});

const push = async (
  registryId: string,
  repository: string,
  packages: string[],
  options: { tag?: string; version?: string } = {},
) => {
  const layer = await addLayer(
    registry,
    debianFiles(packages.map((name) => ({ name, version: options.version ?? "1.0-1" }))),
  );
  const digest = await pushImage({
    registryId,
    repository,
    tag: options.tag ?? "latest",
    layers: [layer],
    salt: `${repository}`,
  });
  await runScans();
  await recountAll();
  return digest;
};
const noticesOf = (registryId: string) =>
  rows(
    sql`select kind, dedupe_key, severity, title, detail, count, vulnerability_key from notice where root_id = ${registryId} order by kind, title`,
  );

describe("a push", () => {
  test("to a new repository makes one notice that sums it up, not one per finding", async () => {
    const registryId = await connectRegistry({ url: registry.url });
    await push(registryId, "shop/web", ["alpha", "beta", "gamma"]);
    expect(await noticesOf(registryId)).toEqual([
      expect.objectContaining({
        kind: "first-look",
        severity: "critical",
        title: "New repository shop/web: 1 critical, 1 high, 1 low",
        count: 3,
      }),
    ]);
  });

  test("that brings one flaw at or above the threshold names it, once", async () => {
    const registryId = await connectRegistry({ url: registry.url });
    await push(registryId, "shop/api", ["plain"]);
    expect(await noticesOf(registryId)).toEqual([]);
    await push(registryId, "shop/api", ["plain", "alpha", "gamma"]);
    const made = await noticesOf(registryId);
    expect(made).toEqual([
      expect.objectContaining({
        kind: "new-findings",
        severity: "high",
        title: "CVE-2026-1001 in shop/api",
        vulnerability_key: "CVE-2026-1001",
      }),
    ]);
    expect(made[0]?.detail).toBe("alpha 1.0-1, fixed in 9.0-1. It came with a push.");
    await recountAll();
    // The same flaw in a new version of the package is not new.
    await push(registryId, "shop/api", ["plain", "alpha", "gamma"], { version: "1.1-1" });
    expect(await noticesOf(registryId)).toEqual(made);
  });

  test("that brings several makes one notice with their number", async () => {
    const registryId = await connectRegistry({ url: registry.url });
    await push(registryId, "shop/many", ["plain"]);
    await push(registryId, "shop/many", ["plain", "alpha", "beta", "gamma"]);
    expect(await noticesOf(registryId)).toEqual([
      expect.objectContaining({
        kind: "new-findings",
        severity: "critical",
        title: "2 new vulnerabilities in shop/many",
        detail: "A push brought them: CVE-2026-1002, CVE-2026-1001.",
        count: 2,
      }),
    ]);
  });

  test("is told in the image's history and in the day's opened and closed figures", async () => {
    const registryId = await connectRegistry({ url: registry.url });
    await push(registryId, "shop/job", ["alpha", "beta"]);
    await push(registryId, "shop/job", ["alpha", "gamma", "plain"]);
    const history = await rows(sql`select detail from status_history where root_id = ${registryId} and resource_id in
      (select id::text from placement where registry_id = ${registryId}) order by at`);
    expect(history.map((row) => row.detail)).toEqual([
      { introduced: 0, fixed: 0, against: null },
      { introduced: 1, fixed: 1, against: expect.stringMatching(/^sha256:/) },
    ]);
    expect(await rows(sql`select opened, closed from metric_day where root_id = ${registryId}`)).toEqual([
      { opened: 1, closed: 1 },
    ]);
  });

  test("of everything a registry held when it was connected makes one quiet notice", async () => {
    const registryId = await connectRegistry({ url: registry.url, synced: false, name: "old estate" });
    await push(registryId, "a/one", ["alpha", "beta"]);
    await push(registryId, "a/two", ["beta", "gamma"]);
    await push(registryId, "a/two", ["alpha", "beta", "gamma"], { tag: "next" });
    expect(await noticesOf(registryId)).toEqual([
      expect.objectContaining({
        dedupe_key: "first-sync",
        severity: "critical",
        count: 3,
        title: "First look at old estate: 3 images, 1 critical, 1 high, 1 low",
      }),
    ]);
  });
});

/** What imports changed in each image, as the history of its page says. */
async function changesByAdvisories(registryId: string) {
  const images = await rows(sql`select encode(digest, 'hex') as hex from image where registry_id = ${registryId}`);
  return Promise.all(
    images.map(async ({ hex }) => {
      const { changes } = await imageHistory(reader, { digest: `sha256:${hex}` });
      return changes
        .filter((change) => change.cause === "advisories" && change.detail !== null)
        .map((change) => change.detail);
    }),
  );
}

describe("an import of advisories", () => {
  test("makes exactly the notices of what it newly found, and nothing was scanned or pulled", async () => {
    const registryId = await connectRegistry({ url: registry.url });
    await push(registryId, "ops/db", ["alpha", "delta"]);
    await push(registryId, "ops/cache", ["delta"]);
    await execute(sql`delete from notice where root_id = ${registryId}`);
    const pulls = registry.blobRequests.length;
    await importAdvisories("debian", [
      ...advisories,
      flaw("CVE-2026-1004", "delta", "CRITICAL"),
      flaw("CVE-2026-1005", "delta", "LOW"),
    ]);
    await recountAll();
    expect((await noticesOf(registryId)).map((row) => [row.title, row.severity])).toEqual([
      ["CVE-2026-1004 in ops/cache", "critical"],
      ["CVE-2026-1004 in ops/db", "critical"],
    ]);
    expect(registry.blobRequests).toHaveLength(pulls);
    expect(await runScans()).toEqual([]);
    expect(await changesByAdvisories(registryId)).toEqual([
      [{ introduced: 2, fixed: 0 }],
      [{ introduced: 2, fixed: 0 }],
    ]);
    await importAdvisories("debian", advisories);
    await recountAll();
    const images = await rows(sql`select f.critical, f.low from image_figure f where registry_id = ${registryId}`);
    expect(images).toEqual([
      { critical: 0, low: 0 },
      { critical: 0, low: 0 },
    ]);
  });

  test("that lists a flaw as exploited tells it once per registry that has it open", async () => {
    const registryId = await connectRegistry({ url: registry.url });
    await push(registryId, "ops/mail", ["alpha"]);
    await execute(sql`delete from notice where root_id = ${registryId}`);
    await importExploited(["CVE-2026-1001", "CVE-2020-9999"]);
    await recountAll();
    const told = await noticesOf(registryId);
    expect(told).toEqual([
      expect.objectContaining({ kind: "exploited", title: "CVE-2026-1001 is now known to be exploited", count: 1 }),
    ]);
    expect(await rows(sql`select kev from image_figure where registry_id = ${registryId}`)).toEqual([{ kev: 1 }]);
    await importExploited(["CVE-2026-1001"]);
    await push(registryId, "ops/mail", ["alpha", "plain"]);
    expect(await noticesOf(registryId)).toEqual(told);
  });
});

test("read and unread belong to one person, and a notice that grew is unread again", async () => {
  const registryId = await connectRegistry({ url: registry.url });
  await push(registryId, "read/me", ["plain"]);
  await push(registryId, "read/me", ["alpha"]);
  const unread = async (actor: Actor) => (await noticeList(actor, { root: registryId, unread: "1" })).rows;
  const [notice] = await unread(reader);
  if (!notice) throw new Error("no notice");
  await markNoticesRead(reader, { notices: [{ rootId: notice.rootId, id: notice.id }] });
  expect(await unread(reader)).toEqual([]);
  expect(await unread(other)).toHaveLength(1);
  await markNoticesRead(reader, { notices: [{ rootId: notice.rootId, id: notice.id }], read: false });
  expect(await unread(reader)).toHaveLength(1);
  await markNoticesRead(reader, { all: true });
  expect(await unread(reader)).toEqual([]);
  await push(registryId, "read/me", ["plain", "more"]);
  await push(registryId, "read/me", ["alpha", "more"]);
  expect(await unread(reader)).toHaveLength(1);
  const audited = await rows(sql`select action from audit_entry where action like 'notice.%' order by at`);
  expect(audited.map((row) => row.action)).toEqual(["notice.read", "notice.unread", "notice.read"]);
});
