import { askForRecount } from "#store/count/dirty-marks.ts";
import { askIfFeedsChanged } from "#store/count/feed-changes.ts";
import type { Executor } from "#store/sql.ts";
import type { Transaction } from "#store/transaction.ts";

/**
 * Notes every package version whose name is in the temporary table `touched_key`, and every one that holds one of the
 * given flaws without a severity of its own, to be matched again. Returns how many are noted by this import.
 */
export async function touchPackages(
  tx: Transaction,
  input: { importId: string; flawIds: readonly string[] },
): Promise<number> {
  const result = await tx.query(
    `insert into package_touch (package_version_id, import_id)
     select p.id, $1::uuid from (
       select p.id from touched_key k join package_version p on p.ecosystem = k.ecosystem and p.source_name = k.package_name
       union select p.id from touched_key k join package_version p on p.ecosystem = k.ecosystem and p.name = k.package_name
       union select p.id from touched_key k join package_version p
          on p.ecosystem in (k.ecosystem || ':LTS', replace(k.ecosystem, ':LTS', '')) and k.ecosystem like 'Ubuntu:%'
         and p.source_name = k.package_name
       union select a.package_version_id from package_advisory a where a.vulnerability_id = any($2::bigint[])) p
      order by p.id
     on conflict (package_version_id) do update set import_id = excluded.import_id, touched_at = now()`,
    [input.importId, input.flawIds],
  );
  return result.rowCount ?? 0;
}

/** Notes all package versions, for a full re-match. */
export async function touchAllPackages(executor: Executor, importId: string | null): Promise<number> {
  const result = await executor.query(
    `insert into package_touch (package_version_id, import_id) select id, $1::uuid from package_version
     on conflict (package_version_id) do nothing`,
    [importId],
  );
  return result.rowCount ?? 0;
}

/** Ids noted by an import, at most `limit`: they are hashes, so the first ones are a fair sample. */
export async function readTouched(executor: Executor, importId: string, limit: number): Promise<bigint[]> {
  const result = await executor.query<{ id: bigint }>(
    `select package_version_id as id from package_touch where import_id = $1 order by package_version_id limit $2`,
    [importId, limit],
  );
  return result.rows.map((row) => row.id);
}

/** All noted package versions, neighbours in name together, so that their advisories are loaded once. */
export async function listTouched(executor: Executor): Promise<bigint[]> {
  const result = await executor.query<{ id: bigint }>(
    `select t.package_version_id as id from package_touch t join package_version p on p.id = t.package_version_id
      order by p.ecosystem, p.source_name, p.name, p.id`,
  );
  return result.rows.map((row) => row.id);
}

/**
 * Takes those of the given package versions that are still noted: other workers pass them over while this transaction
 * is open, and they stay noted when it rolls back.
 */
export async function takeTouched(
  executor: Executor,
  packageVersionIds: readonly bigint[],
): Promise<{ packageVersionId: bigint; importId: string | null }[]> {
  const result = await executor.query<{ packageVersionId: bigint; importId: string | null }>(
    // The planner knows nothing of a table that fills and empties: the ids come as an array, so that rows are found by their key.
    `with locked as materialized (
       select package_version_id from package_touch where package_version_id = any($1::bigint[])
        order by package_version_id for update skip locked)
     delete from package_touch where package_version_id = any(array(select package_version_id from locked))
     returning package_version_id as "packageVersionId", import_id as "importId"`,
    [packageVersionIds.map(String)],
  );
  return result.rows;
}

/**
 * Asks for the recount that tells changed matches to images, histories, notices and figures. It takes the noted packages
 * (`package_change`) and the untold rows of the match history itself, each exactly once. Returns how many packages are noted.
 */
export async function markChangedImages(tx: Transaction): Promise<number> {
  const noted = await tx.query<{ count: number }>("select count(*)::int as count from package_change");
  const count = noted.rows[0]?.count ?? 0;
  if (count > 0) await askForRecount(tx);
  else await askIfFeedsChanged(tx);
  return count;
}
