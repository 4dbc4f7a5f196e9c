import { gzipSync } from "node:zlib";
import { afterAll, beforeAll, expect, test } from "vitest";
import { rescanImage } from "#commands/rescan-image.ts";
import type { Actor } from "#domain/role.ts";
import { ANALYSER_VERSION } from "#engines/image-scan/facts.ts";
import { type TestEntry, testTar } from "#engines/image-scan/write-test-tar.ts";
import { imageDetail } from "#queries/image/image-detail.ts";
import { execute, sql } from "#store/sql.ts";
import { endScanThreads } from "../../src/worker/scan/scan-threads.ts";
import { connectRegistry, importAdvisories, pushImage, recountAll, rows, runScans } from "../registry-double/estate.ts";
import {
  addLayer,
  type BuiltLayer,
  debianFiles,
  digestOf,
  type MemoryRegistry,
  npmFiles,
  startMemoryRegistry,
} from "../registry-double/memory-registry.ts";

const analyst: Actor = { kind: "user", id: "u1", name: "Ana", role: "analyst" };
let registry: MemoryRegistry;
let registryId: string;
let base: BuiltLayer;
let serial = 0;

beforeAll(async () => {
  registry = await startMemoryRegistry();
  registryId = await connectRegistry({ url: registry.url });
  await importAdvisories("debian", [
    {
      recordId: "CVE-2026-0001",
      ecosystem: "Debian:12",
      packageName: "openssl",
      fixed: "3.0.2-1",
      severity: "CRITICAL",
    },
    { recordId: "CVE-2026-0002", ecosystem: "Debian:12", packageName: "openssl", fixed: null, severity: "LOW" },
    { recordId: "CVE-2026-0003", ecosystem: "Debian:12", packageName: "zlib", fixed: "1.3-1", severity: "HIGH" },
  ]);
  await importAdvisories("npm", [
    {
      recordId: "GHSA-aaaa-bbbb-cccc",
      ecosystem: "npm",
      packageName: "left-pad",
      fixed: "1.3.1",
      severity: "MODERATE",
    },
  ]);
  base = await addLayer(
    registry,
    debianFiles([
      { name: "openssl", version: "3.0.1-1" },
      { name: "libssl3", version: "3.0.1-1", source: "openssl" },
    ]),
  );
});

afterAll(async () => {
  await endScanThreads();
  await registry.stop();
});

const hex = (digest: string) => digest.slice(7);
const imageOf = async (digest: string) =>
  (
    await rows(
      sql`select f.*, i.* from image i left join image_figure f using (registry_id, digest) where i.digest = decode(${hex(digest)}, 'hex')`,
    )
  )[0];
const scansOf = (digest: string) =>
  rows(sql`select * from image_scan where digest = decode(${hex(digest)}, 'hex') order by queued_at, id`);
const push = (layers: BuiltLayer[], options: { repository?: string; tag?: string; salt?: string } = {}) =>
  pushImage({
    registryId,
    repository: options.repository ?? "team/app",
    tag: options.tag ?? `t${serial++}`,
    layers,
    ...(options.salt ? { salt: options.salt } : {}),
  });

test("a pushed image is read, matched and counted, and the scan says what it did", async () => {
  const app = await addLayer(registry, npmFiles("left-pad", "1.3.0"));
  const digest = await push([base, app]);
  expect(await runScans()).toEqual([]);
  expect(await imageOf(digest)).toMatchObject({
    scan_state: "done",
    os_state: "known",
    completeness: "complete",
    package_count: 3,
    critical: 1,
    high: 0,
    medium: 1,
    low: 1,
    unrated: 0,
    fixable: 2,
    findings: 5,
    hidden: 0,
  });
  const [scan] = await scansOf(digest);
  expect(scan).toMatchObject({
    state: "done",
    layers_read: 2,
    layers_reused: 0,
    package_count: 3,
    finding_count: 5,
    stage: null,
    attempt: 1,
    error: null,
  });
  const sets =
    await rows(sql`select s.analyser, s.source, s.package_count from image_set i join package_set s on s.registry_id = i.registry_id and s.id = i.set_id
    where i.digest = decode(${hex(digest)}, 'hex') order by analyser`);
  expect(sets).toEqual([
    { analyser: "dpkg", source: "var/lib/dpkg/status", package_count: 2 },
    { analyser: "npm", source: "", package_count: 1 },
  ]);
});

test("known layers and package sets are used again: only the new layer is fetched", async () => {
  const before = registry.blobRequests.length;
  const app = await addLayer(registry, npmFiles("left-pad", "1.3.1"));
  const digest = await push([base, app]);
  await runScans();
  expect(registry.blobRequests.slice(before)).toEqual([app.digest]);
  expect((await scansOf(digest))[0]).toMatchObject({ state: "done", layers_read: 1, layers_reused: 1 });
  const [shared] = await rows(
    sql`select count(*)::int as sets from package_set where registry_id = ${registryId} and analyser = 'dpkg'`,
  );
  expect(shared).toEqual({ sets: 1 });
});

test("the same digest in two repositories is one scan and two places with the same figures", async () => {
  const app = await addLayer(registry, npmFiles("twice", "1.0.0"));
  const first = await push([base, app], { repository: "team/one" });
  const second = await push([base, app], { repository: "team/two" });
  expect(second).toBe(first);
  await runScans();
  await recountAll();
  expect(await scansOf(first)).toHaveLength(1);
  const places = await rows(
    sql`select critical, low, risk from place_figure where digest = decode(${hex(first)}, 'hex')`,
  );
  expect(places).toEqual([
    { critical: 1, low: 1, risk: 1_000_000 },
    { critical: 1, low: 1, risk: 1_000_000 },
  ]);
});

test("running a scan job again changes nothing", async () => {
  const digest = await push([base], { salt: "again" });
  await runScans();
  const [scan] = await scansOf(digest);
  const before = await imageOf(digest);
  const { enqueue } = await import("#store/queue/queue.ts");
  await enqueue("scan-image", { registryId, digest, scanId: String(scan?.id) });
  expect(await runScans()).toEqual([]);
  expect(await imageOf(digest)).toEqual(before);
  expect(await scansOf(digest)).toEqual([scan]);
});

const faulty: { name: string; make: () => Promise<BuiltLayer[]>; reason: RegExp; attempts?: number }[] = [
  {
    name: "a diff id that the content does not have",
    make: async () => [
      base,
      { ...(await addLayer(registry, npmFiles("liar", "1.0.0"))), diffId: digestOf(Buffer.from("other")) },
    ],
    reason:
      /^Layer 2 of 2 \(sha256:[0-9a-f]{12}\): its content has the hash sha256:[0-9a-f]{12}, but the image configuration says/,
  },
  {
    name: "a layer that the registry does not hold",
    make: async () => {
      const layer = await addLayer(registry, npmFiles("gone", "1.0.0"));
      registry.faults.set(layer.digest, "missing");
      return [base, layer];
    },
    reason: /^Layer 2 of 2 \(sha256:[0-9a-f]{12}\): /,
  },
  {
    name: "a layer whose bytes are not those of its digest",
    make: async () => {
      const layer = await addLayer(registry, npmFiles("twisted", "1.0.0"));
      registry.faults.set(layer.digest, "wrong-bytes");
      return [layer];
    },
    reason: /^Layer 1 of 1 \(sha256:[0-9a-f]{12}\): /,
  },
  {
    name: "a stream that always ends early",
    make: async () => {
      const layer = await addLayer(registry, npmFiles("short", "1.0.0"));
      registry.faults.set(layer.digest, "truncate");
      return [layer];
    },
    reason: /^Layer 1 of 1 \(sha256:[0-9a-f]{12}\): /,
    attempts: 2,
  },
  {
    name: "bytes that are no layer",
    make: async () => {
      const bytes = Buffer.from("this is neither gzip nor tar ".repeat(100));
      return [
        {
          digest: registry.addBlob(bytes),
          diffId: digestOf(bytes),
          mediaType: "application/vnd.oci.image.layer.v1.tar+gzip",
          sizeBytes: bytes.length,
        },
      ];
    },
    reason: /^Layer 1 of 1 \(sha256:[0-9a-f]{12}\): /,
  },
];

test.each(faulty)("$name ends as a failed scan with a plain reason", async ({ make, reason, attempts }) => {
  const digest = await push(await make());
  const errors = await runScans({ attempts: attempts ?? 1 });
  expect(errors).toHaveLength(attempts ?? 1);
  expect(await imageOf(digest)).toMatchObject({
    scan_state: "failed",
    scan_reason: expect.stringMatching(reason),
    scanned_at: null,
  });
  expect((await scansOf(digest))[0]).toMatchObject({ state: "failed", error: expect.stringMatching(reason) });
  await recountAll();
  const [repository] = await rows(
    sql`select not_assessed from repository where registry_id = ${registryId} and name = 'team/app'`,
  );
  expect(Number(repository?.not_assessed)).toBeGreaterThan(0);
});

test("a permanent fault is not tried again, a broken connection is", async () => {
  const lying = await push([{ ...base, diffId: digestOf(Buffer.from("no")) }]);
  expect(await runScans({ attempts: 1 })).toHaveLength(1);
  expect((await scansOf(lying))[0]).toMatchObject({ state: "failed" });
  const layer = await addLayer(registry, npmFiles("flaky", "1.0.0"));
  registry.faults.set(layer.digest, "drop-once");
  const digest = await push([base, layer]);
  await runScans({ attempts: 3 });
  expect((await scansOf(digest))[0]).toMatchObject({ state: "done" });
});

test("a failed scan leaves the earlier result in place and says so", async () => {
  const app = await addLayer(registry, npmFiles("left-pad", "1.2.0"));
  const digest = await push([app, base]);
  await runScans();
  const before = await imageOf(digest);
  await execute(sql`delete from layer where registry_id = ${registryId}`);
  registry.faults.set(app.digest, "missing");
  await rescanImage(analyst, { registryId, digest });
  expect(await imageOf(digest)).toMatchObject({ scan_state: "done" });
  await runScans();
  registry.faults.delete(app.digest);
  const after = await imageOf(digest);
  expect(after).toMatchObject({
    scan_state: "failed",
    scanned_at: before?.scanned_at,
    critical: before?.critical,
    package_count: before?.package_count,
  });
});

test("an unknown distribution and an empty image are not assessed, never clean", async () => {
  const strange = await addLayer(registry, {
    ...debianFiles([{ name: "thing", version: "1" }]),
    "etc/os-release": "ID=marsos\nVERSION_ID=9\n",
  });
  const scratch = await addLayer(registry, { "app/server": "binary" });
  const images = [await push([strange]), await push([scratch])];
  await runScans();
  await recountAll();
  const [unknown, empty] = await Promise.all(images.map(imageOf));
  expect(unknown).toMatchObject({ scan_state: "partial", os_state: "unknown-distribution" });
  expect(empty).toMatchObject({ scan_state: "partial", os_state: "none" });
  for (const digest of images) {
    const verdicts = await rows(
      sql`select rule_id, status from assessment where resource_id = ${digest} order by rule_id`,
    );
    expect(verdicts).toContainEqual({ rule_id: "image-vulnerabilities-remediated", status: "unknown" });
    expect(verdicts).toContainEqual({ rule_id: "image-assessed", status: "unhealthy" });
  }
});

test("what was seen and not assessed is stored with the scan, shown with the advisories of today, and never healthy", async () => {
  const layer = await addLayer(registry, {
    ...debianFiles([{ name: "openssl", version: "3.0.99-1" }]),
    "app/log4j-core-2.14.1.jar": "PK",
    "srv/poetry.lock": "x",
  });
  const digest = await push([layer]);
  await runScans();
  await recountAll();
  expect(await imageOf(digest)).toMatchObject({ scan_state: "partial", os_state: "known", completeness: "partial" });
  const { coverage } = (await imageDetail(analyst, { digest })).assessment;
  expect(coverage?.map(({ kind, state, count }) => [kind, state, count])).toEqual([
    ["deb", "assessed", 1],
    ["python", "seenNotAssessed", 1],
    ["java", "seenNotAssessed", 1],
  ]);
  const verdicts = await rows(sql`select rule_id, status, reason from assessment where resource_id = ${digest}`);
  expect(verdicts).toContainEqual(
    expect.objectContaining({ rule_id: "image-vulnerabilities-remediated", status: "unknown" }),
  );
  await execute(sql`update feed set last_checked_at = last_checked_at - interval '10 days'`);
  const later = (await imageDetail(analyst, { digest })).assessment.coverage;
  await execute(sql`update feed set last_checked_at = last_checked_at + interval '10 days'`);
  expect(later?.[0]).toMatchObject({
    kind: "deb",
    state: "seenNotAssessed",
    reason: "no live source of advisories speaks of Debian:12",
  });
});

test("a version that cannot be compared makes the result partial where advisories speak of the package", async () => {
  const odd = await addLayer(registry, debianFiles([{ name: "openssl", version: "not a version" }]));
  const quiet = await addLayer(registry, debianFiles([{ name: "nobody-knows-it", version: "not a version" }]));
  const images = [await push([odd]), await push([quiet])];
  await runScans();
  const [partial, whole] = await Promise.all(images.map(imageOf));
  expect(partial).toMatchObject({ scan_state: "partial", completeness: "partial" });
  expect(partial?.diagnostics).toContainEqual(
    expect.objectContaining({ code: "unreadable-version", path: "var/lib/dpkg/status" }),
  );
  expect(whole).toMatchObject({ scan_state: "done" });
});

test("a cancelled scan stops while a layer hangs, and the image waits for nothing", async () => {
  const layer = await addLayer(registry, npmFiles("slow", "1.0.0"));
  registry.faults.set(layer.digest, "hang");
  const digest = await push([layer]);
  const running = runScans();
  await until(async () => registry.blobRequests.includes(layer.digest));
  const { finishScan } = await import("#store/image/image-scan.ts");
  const { pool } = await import("#store/client.ts");
  const [scan] = await scansOf(digest);
  await finishScan(pool(), { registryId, scanId: String(scan?.id), state: "cancelled", error: "Cancelled by Ana" });
  expect(await running).toEqual([]);
  expect(await imageOf(digest)).toMatchObject({ scan_state: "cancelled", scan_reason: "Cancelled by Ana" });
  registry.release();
});

test("a scan of an image that is gone, or of a registry that was disconnected, ends as cancelled", async () => {
  const digest = await push([base], { salt: "soon gone" });
  await execute(sql`update placement set retired_at = now() where digest = decode(${hex(digest)}, 'hex')`);
  await runScans();
  expect((await scansOf(digest))[0]).toMatchObject({
    state: "cancelled",
    error: "The image is no longer in the registry",
  });
});

async function until(holds: () => Promise<boolean>): Promise<void> {
  while (!(await holds())) await new Promise((resolve) => setTimeout(resolve, 20));
}

test("files with the set-user-id bit stand on the image; what an older version kept of a layer is read anew", async () => {
  const tools = await addLayer(registry, { "usr/bin/su": "x", "usr/bin/ls": "x" }, { "usr/bin/su": 0o4755 });
  const digest = await push([base, tools]);
  const known = { set_id_files: { files: [{ path: "usr/bin/su", bits: 0o4000 }], count: 1 } };
  expect(await runScans()).toEqual([]);
  expect(await imageOf(digest)).toMatchObject(known);
  await execute(
    sql`update blob set bytes = 'of an older form' where sha256 in
          (select facts_sha256 from layer where blob_digest = decode(${hex(tools.digest)}, 'hex'))`,
  );
  await execute(sql`update layer set analyser_version = ${ANALYSER_VERSION - 1}`);
  await rescanImage(analyst, { registryId, digest });
  expect(await runScans()).toEqual([]);
  expect(await imageOf(digest)).toMatchObject({ scan_state: "done", ...known });
});

/** A layer of entries that no archiver would write. */
function oddLayer(entries: TestEntry[]): BuiltLayer {
  const plain = testTar(entries);
  const bytes = gzipSync(plain);
  const mediaType = "application/vnd.oci.image.layer.v1.tar+gzip";
  return { digest: registry.addBlob(bytes), diffId: digestOf(plain), mediaType, sizeBytes: bytes.length };
}

test("a package that is a hard link into a store is found: its layer is read twice, and known from then on", async () => {
  const store = "root/.local/share/pnpm/store/v10/files/00/ab";
  const layer = oddLayer([
    { path: store, content: '{"name":"left-pad","version":"1.3.0"}' },
    { path: "app/node_modules/left-pad/package.json", type: "1", link: store },
  ]);
  const known = { completeness: "complete", package_count: 3, medium: 1 };
  const first = await push([base, layer]);
  expect(await runScans()).toEqual([]);
  const reads = registry.blobRequests.filter((digest) => digest === layer.digest).length;
  expect([await imageOf(first), reads]).toEqual([expect.objectContaining(known), 2]);
  const second = await push([base, layer, await addLayer(registry, { "x/y": "z" })]);
  expect(await runScans()).toEqual([]);
  expect(await imageOf(second)).toMatchObject(known);
  expect(registry.blobRequests.filter((digest) => digest === layer.digest)).toHaveLength(2);
});

test("a store in a lower layer is read for the image that links to it", async () => {
  const lower = oddLayer([{ path: "store/x", content: '{"name":"left-pad","version":"1.3.0"}' }]);
  const upper = oddLayer([{ path: "app/node_modules/left-pad/package.json", type: "1", link: "store/x" }]);
  const digest = await push([base, lower, upper]);
  expect(await runScans()).toEqual([]);
  expect(await imageOf(digest)).toMatchObject({ completeness: "complete", package_count: 3, medium: 1 });
});

test("a layer that its maker does not pass on leaves the scan partial, not failed", async () => {
  const foreign: BuiltLayer = {
    digest: digestOf(Buffer.from("not here")),
    diffId: digestOf(Buffer.from("nor here")),
    mediaType: "application/vnd.docker.image.rootfs.foreign.diff.tar.gzip",
    sizeBytes: 100,
  };
  const digest = await push([foreign, base]);
  expect(await runScans()).toEqual([]);
  expect(await imageOf(digest)).toMatchObject({ scan_state: "partial", completeness: "partial" });
});
