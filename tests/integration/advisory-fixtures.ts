import { mkdtemp, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { createImport } from "#store/advisory/advisory-import.ts";
import { pool } from "#store/client.ts";
import { stableBigInt } from "#store/ids.ts";
import { importSource } from "#worker/import-source.ts";

export interface Package {
  ecosystem: string;
  name: string;
  version: string;
  sourceName?: string;
  sourceVersion?: string;
}

/** Stores package versions as a scan would and answers their ids. */
export async function storePackages(packages: Package[]): Promise<bigint[]> {
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

/** A temporary folder with these files. */
export async function folderOf(files: Record<string, string | Buffer>): Promise<string> {
  const folder = await mkdtemp(path.join(tmpdir(), "feeds-"));
  for (const [name, content] of Object.entries(files)) await writeFile(path.join(folder, name), content);
  return folder;
}

/** Imports a folder with these files, as the job does. */
export async function importFiles(files: Record<string, string | Buffer>, options: { isApproved?: boolean } = {}) {
  const source = await folderOf(files);
  const importId = await createImport(pool(), { source, sourceKind: "path", requestedBy: null, state: "running" });
  return { importId, files: await importSource(source, { importId, ...options }) };
}

/** A Debian-like OSV record: affected from the start, up to `fixed` if there is a fix. */
export const osv = (id: string, name: string, fixed: string | null, more: object = {}) => ({
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
/** Records as NDJSON. */
export const lines = (records: object[]) => records.map((record) => JSON.stringify(record)).join("\n");
