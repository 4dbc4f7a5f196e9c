import { z } from "zod";
import { digestToBytes } from "#domain/digest.ts";
import { feedKey } from "#domain/feed-state.ts";
import { packageKind, packageTypes } from "#domain/package-kind.ts";
import { sha256, stableBigInt } from "#store/ids.ts";
import { type Executor, execute, selectRows, sql } from "#store/sql.ts";

/** A package as an analyser found it: its identity, and the database it came from. */
export interface FoundPackage {
  ecosystem: string;
  type: string;
  name: string;
  version: string;
  sourceName: string;
  sourceVersion: string;
  arch: string | null;
  purl: string;
  path: string;
  analyser: string;
}

export interface PlannedSet {
  id: bigint;
  contentHash: Buffer<ArrayBuffer>;
  analyser: string;
  source: string;
  packageVersionIds: bigint[];
  /** Ecosystems of its packages, as feeds name them. */
  feedKeys: string[];
}

/**
 * Identity of a package version across all images. Distribution and release are part of it through the ecosystem; where the
 * distribution is not known the purl stands in, so that packages of two unknown distributions never become one.
 */
export function packageVersionId(found: FoundPackage): bigint {
  const home = found.ecosystem || found.purl;
  return stableBigInt(
    "package",
    home,
    found.type,
    found.name,
    found.version,
    found.sourceName,
    found.sourceVersion,
    found.arch ?? "",
  );
}

/** Analysers whose packages come from one database file; for the others a whole tree is one set. */
const databaseAnalysers = new Set(packageTypes.flatMap((type) => packageKind(type).databaseAnalysers));

/**
 * Groups packages into sets: one per analyser and database file, named by the hash of their sorted ids so that images of one
 * registry share them. A package version found twice belongs to the first set only: the sets of an image are disjoint.
 */
export function planSets(registryId: string, packages: readonly FoundPackage[]): PlannedSet[] {
  const taken = new Set<bigint>();
  const groups = new Map<string, { analyser: string; source: string; ids: bigint[]; feedKeys: Set<string> }>();
  for (const found of packages) {
    const id = packageVersionId(found);
    if (taken.has(id)) continue;
    taken.add(id);
    const source = databaseAnalysers.has(found.analyser) ? found.path : "";
    const key = `${found.analyser}\u0000${source}`;
    const group = groups.get(key) ?? { analyser: found.analyser, source, ids: [], feedKeys: new Set() };
    group.ids.push(id);
    group.feedKeys.add(feedKey(found.ecosystem));
    groups.set(key, group);
  }
  return [...groups.values()].map(({ analyser, source, ids, feedKeys }) => {
    const sorted = ids.sort((a, b) => (a < b ? -1 : 1));
    const contentHash = sha256(sorted.join(","));
    const id = stableBigInt("set", registryId, analyser, source, contentHash.toString("hex"));
    return { id, contentHash, analyser, source, packageVersionIds: sorted, feedKeys: [...feedKeys].sort() };
  });
}

/** Adds the package versions that are not known yet. A version first met in the demo becomes real with its first real image. */
export async function addPackageVersions(
  executor: Executor,
  packages: readonly FoundPackage[],
  isDemo: boolean,
): Promise<bigint[]> {
  const unique = new Map(packages.map((found) => [packageVersionId(found), found]));
  const rows = [...unique].sort(([a], [b]) => (a < b ? -1 : 1));
  const column = <Value>(pick: (found: FoundPackage) => Value) => rows.map(([, found]) => pick(found));
  await execute(
    sql`insert into package_version (id, ecosystem, type, name, version, source_name, source_version, arch, purl, is_demo)
        select *, ${isDemo}::boolean from unnest(${rows.map(([id]) => id)}::bigint[], ${column((p) => p.ecosystem)}::text[],
          ${column((p) => p.type)}::text[], ${column((p) => p.name)}::text[], ${column((p) => p.version)}::text[],
          ${column((p) => p.sourceName)}::text[], ${column((p) => p.sourceVersion)}::text[], ${column((p) => p.arch)}::text[],
          ${column((p) => p.purl)}::text[])
        on conflict (id) do update set is_demo = false where package_version.is_demo and not excluded.is_demo`,
    executor,
  );
  return rows.map(([id]) => id);
}

/** Those of the given versions that were never matched, or matched against older advisories than the current ones. */
export async function laggingPackageVersions(executor: Executor, ids: readonly bigint[]): Promise<bigint[]> {
  const rows = await selectRows(
    z.object({ id: z.bigint() }),
    sql`select v.id from package_version v cross join advisory_state s
         where v.id = any(${ids}::bigint[]) and (v.matched_version is null or v.matched_version < s.advisories_version)
         order by v.id`,
    executor,
  );
  return rows.map((row) => row.id);
}

/** Makes exactly these sets the sets of an image, adding the ones that the registry does not hold yet. */
export async function replaceImageSets(
  executor: Executor,
  image: { registryId: string; digest: string },
  sets: readonly PlannedSet[],
): Promise<void> {
  const ordered = [...sets].sort((a, b) => (a.id < b.id ? -1 : 1));
  const digest = digestToBytes(image.digest);
  for (const set of ordered) {
    const added = await execute(
      sql`insert into package_set (registry_id, id, content_hash, analyser, source, package_count, feed_keys)
          values (${image.registryId}, ${set.id}, ${set.contentHash}, ${set.analyser}, ${set.source}, ${set.packageVersionIds.length},
            ${set.feedKeys}::text[])
          on conflict do nothing`,
      executor,
    );
    if (added === 0) continue;
    await execute(
      sql`insert into set_package (registry_id, set_id, package_version_id)
          select ${image.registryId}, ${set.id}, unnest(${set.packageVersionIds}::bigint[]) on conflict do nothing`,
      executor,
    );
  }
  const ids = ordered.map((set) => set.id);
  await execute(
    sql`delete from image_set where registry_id = ${image.registryId} and digest = ${digest} and set_id <> all(${ids}::bigint[])`,
    executor,
  );
  await execute(
    sql`insert into image_set (registry_id, digest, set_id)
        select ${image.registryId}, ${digest}, unnest(${ids}::bigint[]) on conflict do nothing`,
    executor,
  );
}

/** The sets that an image has now. */
export async function imageSets(executor: Executor, image: { registryId: string; digest: string }): Promise<bigint[]> {
  const rows = await selectRows(
    z.object({ id: z.bigint() }),
    sql`select set_id as id from image_set where registry_id = ${image.registryId} and digest = ${digestToBytes(image.digest)} order by set_id`,
    executor,
  );
  return rows.map((row) => row.id);
}
