import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { migrate } from "../scripts/migrate.mjs";
import { startPostgres } from "../scripts/postgres.mjs";

export interface EstateSize {
  images: number;
  /** Distinct package sets of operating systems, 120 packages each; one per image. */
  systemSets: number;
  /** Distinct sets of an application's packages, 130 packages each; one per image. */
  applicationSets: number;
}

/** 100,000 images with 250 packages each: 25 million links, stored as some 5.4 million rows of shared sets. */
export const fullEstate: EstateSize = { images: 100_000, systemSets: 1500, applicationSets: 40_000 };

export interface BenchDatabase {
  url: string;
  folder: string;
  stop(): Promise<void>;
}

/** A throw-away database of its own, migrated; the product's pool is pointed at it. Call before importing the store. */
export async function openBenchDatabase({ durable = false } = {}): Promise<BenchDatabase> {
  const folder = mkdtempSync(path.join(tmpdir(), "breakwater-bench-"));
  const database = await startPostgres({ dataFolder: path.join(folder, "postgres"), durable });
  await migrate(database.url);
  process.env.DATABASE_URL = database.url;
  process.env.BREAKWATER_SECRET = "benchmark-secret-of-at-least-32-characters";
  process.env.BREAKWATER_DATA_DIR = path.join(folder, "data");
  process.env.BREAKWATER_LOG_LEVEL ??= "error";
  return {
    url: database.url,
    folder,
    stop: async () => {
      const { closeDatabase } = await import("#store/client.ts");
      const { stopQueue } = await import("#store/queue/queue.ts");
      await stopQueue();
      await closeDatabase();
      await database.stop();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** Source packages of the system and of npm that the generated advisories and package versions speak of. */
const systemNames = 1200;
const npmNames = 18_000;
/** Names with advisories: most npm packages have none. */
const flawedNpmNames = 3000;
const versionsPerSystemName = 8;
const versionsPerNpmName = 3;

/**
 * Fills the database with the estate: registries, repositories, images, placements, package sets and versions. All in
 * SQL, so that 100,000 images take a couple of minutes. Nothing is matched yet. Ids follow from their numbers.
 */
export async function buildEstate(
  size: EstateSize = fullEstate,
): Promise<{ links: number; setRows: number; packages: number }> {
  const { pool } = await import("#store/client.ts");
  const run = async (text: string, values: unknown[] = []) => (await pool().query(text, values)).rowCount ?? 0;
  await run("set synchronous_commit = off");
  await run(registrySql);
  await run(repositorySql);
  const packages = (await run(systemPackageSql)) + (await run(npmPackageSql)) + (await run(specialPackageSql));
  const setRows =
    (await run(setPackageSql, [0, size.systemSets, 120, 0, systemNames * versionsPerSystemName])) +
    (await run(setPackageSql, [1_000_000, size.applicationSets, 130, 1_000_000, npmNames * versionsPerNpmName])) +
    (await run(specialSetSql, [size.systemSets]));
  await run(packageSetSql);
  await run(imageSql, [size.images, size.systemSets, size.applicationSets]);
  await run(imageSetSql);
  // Without figures the planner takes every table for a small one.
  await run("analyze");
  await run(packageCountSql);
  await run(placementSql);
  await run(tagSql);
  await run(
    "update repository r set image_count = n, tag_count = n, last_pushed_at = now() from (select registry_id, repository_id, count(*)::int n from placement group by 1, 2) p where p.registry_id = r.registry_id and p.repository_id = r.id",
  );
  await run("analyze");
  const links = await pool().query<{ n: string }>("select sum(package_count)::text as n from image");
  return { links: Number(links.rows[0]?.n ?? 0), setRows, packages };
}

/**
 * Advisories of the generated names as NDJSON files: many for few packages, as in life. The second data set differs in a fifth of
 * its records: withdrawn, rated otherwise, fixed by another version or without a fix, new, and some known to be exploited. Returns
 * their folder.
 */
export function writeAdvisories(folder: string, edition: "first" | "second" = "first"): string {
  const target = path.join(folder, `advisories-${edition}`);
  mkdirSync(target, { recursive: true });
  const change = (number: number): Change =>
    edition === "second" && number % 5 === 0 ? (changes[(number / 5) % 4] ?? "same") : "same";
  const system: string[] = [];
  const exploited: string[] = [];
  let number = 0;
  for (let name = 0; name < systemNames; name += 1) {
    const count = Math.ceil(260 / (name + 1) ** 0.55);
    for (let index = 0; index < count; index += 1) {
      const fixed = index % 5 === 0 ? null : `${(index % versionsPerSystemName) + 1}.${index % 3}-1`;
      const id = `CVE-${2005 + (index % 20)}-${100_000 + name * 300 + index}`;
      system.push(...editionOf({ id, ecosystem: "Debian:12", name: `src-${name}`, fixed }, change(number)));
      if (edition === "second" && number % 40 === 0) exploited.push(id);
      number += 1;
    }
  }
  const npm: string[] = [];
  for (let name = 0; name < flawedNpmNames; name += 1) {
    for (let index = 0; index <= name % 2; index += 1) {
      npm.push(
        ...editionOf(
          { id: `GHSA-${name}-${index}`, ecosystem: "npm", name: `npm-${name}`, fixed: `${(name % 3) + 1}.0.0` },
          change(name),
        ),
      );
    }
  }
  if (edition === "second") writeFileSync(path.join(target, "kev.json"), exploitedCatalogue(exploited));
  writeFileSync(path.join(target, "debian.ndjson"), system.join("\n"));
  writeFileSync(path.join(target, "npm.ndjson"), npm.join("\n"));
  return target;
}

/** One more advisory for a package with `touched` stored versions: 5, which a tenth of the images hold, or 200, which all hold. */
export function touchingRecord(touched: 5 | 200): string {
  return record({ id: `CVE-2026-${touched}00`, ecosystem: "Debian:12", name: `special-${touched}`, fixed: "999-1" });
}

type Change = "same" | "withdrawn" | "rated" | "fixed" | "new";
const changes: readonly Change[] = ["withdrawn", "rated", "fixed", "new"];

interface Flaw {
  id: string;
  ecosystem: string;
  name: string;
  fixed: string | null;
}

/** The records that stand for one of the first data set. */
function editionOf(flaw: Flaw, change: Change): string[] {
  if (change === "withdrawn") return [record(flaw, { withdrawn: "2026-02-01T00:00:00Z" })];
  if (change === "rated")
    return [record(flaw, { severity: [{ type: "CVSS_V3", score: "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H" }] })];
  if (change === "fixed") return [record({ ...flaw, fixed: flaw.fixed === null ? "3.0-1" : null })];
  if (change === "new") return [record(flaw), record({ ...flaw, id: `${flaw.id}9` })];
  return [record(flaw)];
}

function exploitedCatalogue(keys: readonly string[]): string {
  return JSON.stringify({
    title: "CISA Catalog of Known Exploited Vulnerabilities",
    catalogVersion: "2026.02.01",
    dateReleased: "2026-02-01T00:00:00Z",
    count: keys.length,
    vulnerabilities: keys.map((cveID) => ({
      cveID,
      vendorProject: "Example",
      product: "Example",
      vulnerabilityName: `${cveID} in Example`,
      dateAdded: "2026-02-01",
      shortDescription: "Exploited in the wild.",
      requiredAction: "Apply updates.",
      dueDate: "2026-03-01",
    })),
  });
}

function record(given: Flaw, more: Record<string, unknown> = {}): string {
  const isNpm = given.ecosystem === "npm";
  return JSON.stringify({
    schema_version: "1.6.0",
    id: given.id,
    modified: "2026-01-01T00:00:00Z",
    summary: `A flaw in ${given.name}`,
    severity: [{ type: "CVSS_V3", score: "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:L/A:N" }],
    affected: [
      {
        package: { ecosystem: given.ecosystem, name: given.name },
        ranges: [
          {
            type: isNpm ? "SEMVER" : "ECOSYSTEM",
            events: [{ introduced: "0" }, ...(given.fixed ? [{ fixed: given.fixed }] : [])],
          },
        ],
      },
    ],
    ...more,
  });
}

// Ids that any statement can compute: no look-ups while generating.
const registryId = (number: string) => `('00000000-0000-7000-8000-' || lpad((${number})::text, 12, '0'))::uuid`;
const repositoryId = (number: string) => `('00000000-0000-7000-9000-' || lpad((${number})::text, 12, '0'))::uuid`;
const digest = (number: string) => `sha256(('image ' || (${number}))::bytea)`;
const registries = 10;
const repositories = 2000;

const registrySql = `insert into registry (id, name, kind, url, auth_kind, state, settings)
  select ${registryId("n")}, 'registry-' || n, 'oci', 'https://registry-' || n || '.example.test', 'anonymous', 'connected', '{}'
    from generate_series(0, ${registries - 1}) n`;
const repositorySql = `insert into repository (registry_id, id, name)
  select ${registryId(`n % ${registries}`)}, ${repositoryId("n")}, 'team-' || n % 40 || '/service-' || n from generate_series(0, ${repositories - 1}) n`;
const packageColumns =
  "insert into package_version (id, ecosystem, type, name, version, source_name, source_version, arch, purl)";
const systemPackageSql = `${packageColumns}
  select s * ${versionsPerSystemName} + v, 'Debian:12', 'deb', 'lib-' || s, (v + 1) || '.1-1', 'src-' || s, (v + 1) || '.1-1', 'amd64',
         'pkg:deb/debian/lib-' || s || '@' || (v + 1) || '.1-1'
    from generate_series(0, ${systemNames - 1}) s, generate_series(0, ${versionsPerSystemName - 1}) v`;
const npmPackageSql = `${packageColumns}
  select 1000000 + s * ${versionsPerNpmName} + v, 'npm', 'npm', 'npm-' || s, (v + 1) || '.2.3', 'npm-' || s, (v + 1) || '.2.3', null,
         'pkg:npm/npm-' || s || '@' || (v + 1) || '.2.3'
    from generate_series(0, ${npmNames - 1}) s, generate_series(0, ${versionsPerNpmName - 1}) v`;
// Packages that one advisory touches in exactly 5 and 200 stored versions.
const specialPackageSql = `${packageColumns}
  select 5000000 + n * 1000 + v, 'Debian:12', 'deb', 'special-' || n, v || '-1', 'special-' || n, v || '-1', 'amd64', 'pkg:deb/debian/special@' || v
    from (values (5), (200)) s(n), generate_series(1, n) v`;
const setPackageSql = `insert into set_package (registry_id, set_id, package_version_id)
  select distinct ${registryId(`s % ${registries}`)}, $1::bigint + s, $4::bigint + (hashint8($1::bigint + s * 1000 + p)::bigint + 2147483648) % $5::bigint
    from generate_series(0, $2::int - 1) s, generate_series(1, $3::int) p
  on conflict do nothing`;
const specialSetSql = `insert into set_package (registry_id, set_id, package_version_id)
  select ${registryId(`s % ${registries}`)}, s, 5000000 + n * 1000 + 1 + s % n from (values (5), (200)) v(n), generate_series(0, $1::int - 1) s
   where (s / 10) % 10 = 0 or n = 200`;
const packageSetSql = `insert into package_set (registry_id, id, content_hash, analyser, source, package_count, feed_keys)
  select registry_id, set_id, sha256(set_id::text::bytea), case when set_id < 1000000 then 'dpkg' else 'npm' end, '', count(*),
         case when set_id < 1000000 then array['Debian:12'] else array['npm'] end
    from set_package group by registry_id, set_id`;
const imageSql = `insert into image (registry_id, digest, platform, media_type, layers, scan_state, scanned_at, os_state, completeness, set_ids, size_bytes)
  select ${registryId(`n % ${registries}`)}, ${digest("n")}, 'linux/amd64', 'application/vnd.oci.image.manifest.v1+json', '[]', 'done', now(), 'known', 'complete',
         array[((n / ${registries}) * ${registries} + n % ${registries}) % ($2::int / ${registries} * ${registries}),
               1000000 + ((n / ${registries}) * ${registries} + n % ${registries}) % ($3::int / ${registries} * ${registries})]::bigint[], 90000000
    from generate_series(0, $1::int - 1) n`;
const imageSetSql =
  "insert into image_set (registry_id, digest, set_id) select registry_id, digest, unnest(set_ids) from image";
const packageCountSql = `update image i set package_count = c.packages from (
    select l.registry_id, l.digest, sum(s.package_count)::int as packages from image_set l
      join package_set s on s.registry_id = l.registry_id and s.id = l.set_id group by 1, 2) c
  where c.registry_id = i.registry_id and c.digest = i.digest`;
const placementSql = `insert into placement (registry_id, repository_id, digest, platform, id, last_pushed_at, arrived_at)
  select registry_id, ${repositoryId(`(n % ${repositories / registries}) * ${registries} + right(registry_id::text, 12)::int`)}, digest, platform,
         gen_random_uuid(), now() - n * interval '20 seconds', now()
    from (select registry_id, digest, platform, row_number() over (partition by registry_id order by digest) as n from image) i`;
const tagSql = `insert into tag (registry_id, repository_id, name, digest, moved_at)
  select registry_id, repository_id, 'v' || row_number() over (partition by repository_id order by last_pushed_at), digest, last_pushed_at from placement`;
