import { enqueue } from "./queue.ts";
import { type Executor, execute, sql } from "./sql.ts";

/** Why figures may have changed. `advisories` marks come with their vulnerabilities; the others derive them. */
export type DirtyCause = "push" | "scan" | "retired" | "exemption" | "advisories" | "registry" | "removed";

/** What must be counted again. Every form names one row, and the key of the mark is made here alone. */
export type DirtyMark =
  | { scope: "image"; registryId: string; digest: string }
  | { scope: "repository"; registryId: string; repositoryId: string }
  | { scope: "registry"; registryId: string }
  | { scope: "vulnerability"; vulnerabilityId: bigint };

/** The recount job waits under this key, so that any number of marks make one job. */
export const RECOUNT_KEY = "all";

/**
 * Marks rows for counting in the caller's transaction and asks for one recount. Marking twice is marking once. The caller
 * marks whatever its transaction changes: the recount that follows sees the committed rows and makes every figure right.
 */
export async function markDirty(executor: Executor, cause: DirtyCause, marks: readonly DirtyMark[]): Promise<void> {
  if (marks.length === 0) return;
  const keyed = [...new Map(marks.map((mark) => [`${mark.scope} ${keyOf(mark)}`, mark])).values()];
  await execute(
    sql`insert into dirty_mark (scope, key, cause)
        select scope, key, ${cause} from unnest(${keyed.map((mark) => mark.scope)}::text[], ${keyed.map(keyOf)}::text[])
          as mark (scope, key) order by scope, key
        on conflict (scope, key) do update set marked_at = excluded.marked_at,
          cause = case when dirty_mark.cause = 'advisories' then excluded.cause else dirty_mark.cause end`,
    executor,
  );
  await askForRecount(executor);
}

/**
 * Marks, set-wise, every image that holds one of these package versions, and these vulnerabilities. For the matcher:
 * after it replaced package advisories, in the same transaction.
 */
export async function markPackagesDirty(
  executor: Executor,
  packageVersionIds: readonly bigint[],
  vulnerabilityIds: readonly bigint[],
): Promise<void> {
  if (packageVersionIds.length > 0) {
    await execute(
      sql`insert into dirty_mark (scope, key, cause)
          select distinct 'image', i.registry_id || '/sha256:' || encode(i.digest, 'hex'), 'advisories'
            from set_package sp join image_set i on i.registry_id = sp.registry_id and i.set_id = sp.set_id
           where sp.package_version_id = any(${packageVersionIds}::bigint[]) order by 2
          on conflict (scope, key) do update set marked_at = excluded.marked_at`,
      executor,
    );
  }
  if (vulnerabilityIds.length > 0) {
    await execute(
      sql`insert into dirty_mark (scope, key, cause)
          select distinct 'vulnerability', id::text, 'advisories' from unnest(${vulnerabilityIds}::bigint[]) as id order by 2
          on conflict (scope, key) do update set marked_at = excluded.marked_at`,
      executor,
    );
  }
  await askForRecount(executor);
}

/** Adds the one recount job unless it already waits. */
export async function askForRecount(executor: Executor): Promise<void> {
  await enqueue("recount", {}, { executor, key: RECOUNT_KEY, priority: "push" });
}

/** Key of a mark: `<registry>/<digest>`, `<registry>/<repository id>`, `<registry>` or the vulnerability's id. */
export function keyOf(mark: DirtyMark): string {
  switch (mark.scope) {
    case "image":
      return `${mark.registryId}/${mark.digest}`;
    case "repository":
      return `${mark.registryId}/${mark.repositoryId}`;
    case "registry":
      return mark.registryId;
    case "vulnerability":
      return String(mark.vulnerabilityId);
  }
}
