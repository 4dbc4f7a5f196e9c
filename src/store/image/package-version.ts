import type { Executor } from "#store/sql.ts";

/** A package version as the matcher needs it. */
export interface StoredPackage {
  id: bigint;
  ecosystem: string;
  type: string;
  name: string;
  version: string;
  sourceName: string;
  sourceVersion: string;
  /** False for a package version that no matching has seen yet. */
  wasMatched: boolean;
}

/**
 * Loads package versions and locks them until the transaction ends, so that a scan and a re-match never write the
 * matches of one package at the same time. Ids that do not exist are left out. Sorted by ecosystem and name.
 */
export async function lockPackages(executor: Executor, ids: readonly bigint[]): Promise<StoredPackage[]> {
  return loadPackages(executor, ids, "for no key update");
}

/** As lockPackages, for looking only. */
export async function readPackages(executor: Executor, ids: readonly bigint[]): Promise<StoredPackage[]> {
  return loadPackages(executor, ids, "");
}

async function loadPackages(executor: Executor, ids: readonly bigint[], lock: string): Promise<StoredPackage[]> {
  // The rows are our own and many; their columns are typed by the table, so they are not parsed one by one.
  const result = await executor.query<StoredPackage>(
    `select id, ecosystem, type, name, version, source_name as "sourceName", source_version as "sourceVersion",
            matched_at is not null as "wasMatched"
       from package_version where id = any($1::bigint[]) order by id ${lock}`,
    [ids.map(String)],
  );
  return result.rows.sort((a, b) => compareText(groupOf(a), groupOf(b)));
}

function groupOf(pkg: StoredPackage): string {
  return `${pkg.ecosystem}\u0000${pkg.sourceName}\u0000${pkg.name}`;
}

function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/** Notes that these package versions are matched as of that version of the advisories. */
export async function markMatched(
  executor: Executor,
  ids: readonly bigint[],
  matched: { advisoriesVersion: bigint; at: Date },
): Promise<void> {
  await executor.query(
    `update package_version set matched_version = $2, matched_at = $3
      where id = any($1::bigint[]) and (matched_at is null or matched_version is distinct from $2)`,
    [ids.map(String), matched.advisoriesVersion, matched.at],
  );
}

/** Releases of Alpine that stored packages come from, and the newest ones that we know of. */
export async function alpineBranches(executor: Executor): Promise<string[]> {
  const result = await executor.query<{ ecosystem: string }>(
    `with recursive found as (
       select min(ecosystem) as ecosystem from package_version where ecosystem > 'Alpine:' and ecosystem < 'Alpine;'
       union all
       select (select min(p.ecosystem) from package_version p where p.ecosystem > f.ecosystem and p.ecosystem < 'Alpine;')
         from found f where f.ecosystem is not null)
     select ecosystem from found where ecosystem is not null`,
  );
  const used = result.rows.map((row) => row.ecosystem.slice("Alpine:".length));
  return [...new Set([...used, "v3.21", "v3.22", "v3.23"])]
    .filter((branch) => /^(?:v\d+\.\d+|edge)$/.test(branch))
    .sort();
}
