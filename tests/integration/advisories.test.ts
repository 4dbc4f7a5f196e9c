import { mkdtemp, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { gzipSync } from "node:zlib";
import { expect, test } from "vitest";
import { createImport } from "#store/advisory-import.ts";
import { pool } from "#store/client.ts";
import { stableBigInt } from "#store/ids.ts";
import { spreadMatchChanges } from "#store/match-changes.ts";
import { transaction } from "#store/transaction.ts";
import { importSource } from "#worker/import-source.ts";
import { matchPackages } from "#worker/match-packages.ts";
import { rematchTouched } from "#worker/rematch.ts";

interface Package {
  ecosystem: string;
  name: string;
  version: string;
  sourceName?: string;
  sourceVersion?: string;
}

async function storePackages(packages: Package[]): Promise<bigint[]> {
  const ids: bigint[] = [];
  for (const pkg of packages) {
    const id = stableBigInt("test", pkg.ecosystem, pkg.name, pkg.version);
    await pool().query(
      `insert into package_version (id, ecosystem, type, name, version, source_name, source_version, purl)
       values ($1, $2, 'deb', $3, $4, $5, $6, '') on conflict do nothing`,
      [id, pkg.ecosystem, pkg.name, pkg.version, pkg.sourceName ?? pkg.name, pkg.sourceVersion ?? pkg.version],
    );
    ids.push(id);
  }
  return ids;
}

async function folderOf(files: Record<string, string | Buffer>): Promise<string> {
  const folder = await mkdtemp(path.join(tmpdir(), "feeds-"));
  for (const [name, content] of Object.entries(files)) await writeFile(path.join(folder, name), content);
  return folder;
}

async function importFiles(files: Record<string, string | Buffer>, options: { isApproved?: boolean } = {}) {
  const source = await folderOf(files);
  const importId = await createImport(pool(), { source, sourceKind: "path", requestedBy: null, state: "running" });
  return { importId, files: await importSource(source, { importId, ...options }) };
}

const osv = (id: string, name: string, fixed: string | null, more: object = {}) => ({
  schema_version: "1.6.0",
  id,
  modified: "2025-01-01T00:00:00Z",
  summary: `${id} in ${name}`,
  affected: [
    {
      package: { ecosystem: "Debian:12", name },
      ranges: [{ type: "ECOSYSTEM", events: [{ introduced: "0" }, ...(fixed ? [{ fixed }] : [])] }],
      ecosystem_specific: { urgency: "not yet assigned" },
    },
  ],
  ...more,
});
const lines = (records: object[]) => records.map((record) => JSON.stringify(record)).join("\n");

async function matchesOf(id: bigint) {
  const result = await pool().query(
    `select v.key, p.record_ids, p.fixed_version, p.status, p.hidden_reason, p.severity from package_advisory p
       join vulnerability v on v.id = p.vulnerability_id where p.package_version_id = $1 order by v.key`,
    [id],
  );
  return result.rows;
}

test("an update gives exactly the expected new and resolved pairs, and marks the images that hold them", async () => {
  const [curl, zlib] = await storePackages([
    { ecosystem: "Debian:12", name: "libcurl4", version: "7.88.1-10", sourceName: "curl" },
    { ecosystem: "Debian:12", name: "zlib1g", version: "1:1.2.13.dfsg-1", sourceName: "zlib" },
  ]);
  if (!curl || !zlib) throw new Error("no packages");
  const first = [
    osv("CVE-2024-0001", "curl", "7.88.1-11"),
    osv("CVE-2024-0002", "curl", null),
    osv("CVE-2023-45853", "zlib", null),
  ];
  const { files } = await importFiles({ "debian.ndjson": lines(first) });
  expect(files.map((file) => [file.feedId, file.state, file.added])).toEqual([["debian", "imported", 3]]);
  await transaction((tx) => matchPackages(tx, [curl, zlib]));
  await pool().query("delete from package_touch");
  expect((await matchesOf(curl)).map((row) => [row.key, row.fixed_version, row.status])).toEqual([
    ["CVE-2024-0001", "7.88.1-11", "fixed"],
    ["CVE-2024-0002", null, "affected"],
  ]);

  const registry = "00000000-0000-7000-8000-000000000001";
  await pool().query("insert into set_package (registry_id, set_id, package_version_id) values ($1, 1, $2)", [
    registry,
    curl,
  ]);
  await pool().query("insert into image_set (registry_id, digest, set_id) values ($1, $2, 1)", [
    registry,
    Buffer.alloc(32, 7),
  ]);

  const second = [
    osv("CVE-2024-0001", "curl", "7.88.1-11", { withdrawn: "2025-02-01T00:00:00Z" }),
    osv("CVE-2024-0002", "curl", null),
    osv("CVE-2024-0003", "curl", "8.0"),
    osv("CVE-2023-45853", "zlib", null),
  ];
  const update = await importFiles({ "debian.ndjson.gz": gzipSync(lines(second)) });
  expect(update.files.map((file) => [file.state, file.added, file.changed, file.removed])).toEqual([
    ["imported", 1, 1, 0],
  ]);
  const summary = await rematchTouched();
  expect(summary).toEqual({ packages: 1, added: 1, changed: 0, resolved: 1 });
  const history = await pool().query(
    `select v.key, h.change, h.after->>'cause' as cause from package_advisory_history h join vulnerability v on v.id = h.vulnerability_id
      where h.import_id = $1 order by v.key`,
    [update.importId],
  );
  expect(history.rows).toEqual([
    { key: "CVE-2024-0001", change: "resolved", cause: "withdrawn" },
    { key: "CVE-2024-0003", change: "new", cause: null },
  ]);
  await transaction((tx) => spreadMatchChanges(tx));
  const marks = await pool().query("select distinct scope, key from dirty_mark where scope = 'image'");
  expect(marks.rows).toEqual([{ scope: "image", key: `${registry}/sha256:${"07".repeat(32)}` }]);
  expect((await importFiles({ "debian.ndjson.gz": gzipSync(lines(second)) })).files[0]?.state).toBe("unchanged");
});
