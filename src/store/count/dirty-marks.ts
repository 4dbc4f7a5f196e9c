import { z } from "zod";
import type { ImageKey } from "#store/image/image-scan.ts";
import { wantedImages } from "#store/image/wanted-images.ts";
import { enqueue } from "#store/queue/queue.ts";
import { type Executor, execute, selectFirst, selectRows, sql } from "#store/sql.ts";

/** Why figures may have changed. `advisories` = nothing was pushed; it is no news of an image itself. */
export type DirtyCause = "push" | "scan" | "retired" | "exemption" | "advisories" | "registry" | "removed";

/**
 * What must be counted again. Every form names one row, and the key of the mark is made here alone. Changed matches need no
 * mark: the untold rows of the match history are it.
 */
export type DirtyMark =
  | { scope: "set"; registryId: string; setId: bigint }
  | { scope: "image"; registryId: string; digest: string }
  | { scope: "repository"; registryId: string; repositoryId: string }
  /** An image of the repository was judged otherwise, and so may it be. */
  | { scope: "verdict"; registryId: string; repositoryId: string }
  | { scope: "registry"; registryId: string }
  /** Where a flaw is open. */
  | { scope: "flaw"; vulnerabilityId: bigint }
  /** The flaw was listed as exploited, or is no longer: the sets that hold it count anew. */
  | { scope: "exploited"; vulnerabilityId: bigint }
  /** Exemptions of a whole registry changed for the flaw. */
  | { scope: "registry-flaw"; registryId: string; vulnerabilityId: bigint };

/** Passes over everything, batch by batch; the key of their mark is where they go on. */
export type Pass = "all-sets" | "all-images" | "all-flaws";

/** The recount job waits under this key, so that any number of marks make one job. */
export const RECOUNT_KEY = "all";

/**
 * Marks rows for counting in the caller's transaction and asks for one recount. Marking twice is marking once. The caller
 * marks whatever its transaction changes: the recount that follows sees the committed rows and makes every figure right.
 */
export async function markDirty(executor: Executor, cause: DirtyCause, marks: readonly DirtyMark[]): Promise<void> {
  if (marks.length === 0) return;
  await appendMarks(executor, cause, marks);
  await askForRecount(executor);
}

/** As `markDirty`, for the recount itself, which goes on until no mark is left. */
export async function appendMarks(executor: Executor, cause: DirtyCause, marks: readonly DirtyMark[]): Promise<void> {
  if (marks.length === 0) return;
  const keyed = [...new Map(marks.map((mark) => [`${mark.scope} ${keyOf(mark)}`, mark])).values()];
  await execute(
    sql`insert into dirty_mark (scope, key, cause)
        select scope, key, ${cause} from unnest(${keyed.map((mark) => mark.scope)}::text[], ${keyed.map(keyOf)}::text[])
          as mark (scope, key)`,
    executor,
  );
}

/** Marks everything of a registry, for when it is disconnected or comes back. */
export async function markRegistryDirty(executor: Executor, registryId: string, cause: DirtyCause): Promise<void> {
  await execute(
    sql`insert into dirty_mark (scope, key, cause)
        select 'set', registry_id || '/' || id, ${cause} from package_set where registry_id = ${registryId}
        union all select 'image', registry_id || '/sha256:' || encode(digest, 'hex'), ${cause} from image where registry_id = ${registryId}
        union all select 'registry', ${registryId}, ${cause}`,
    executor,
  );
  await askForRecount(executor);
}

/** Marks the repositories that hold these images, for their figures or their verdicts. */
export async function markRepositoriesOfImages(
  executor: Executor,
  scope: "repository" | "verdict",
  images: readonly ImageKey[],
): Promise<void> {
  if (images.length === 0) return;
  await execute(
    sql`insert into dirty_mark (scope, key, cause)
        select distinct ${scope}, p.registry_id || '/' || p.repository_id, 'scan' from (${wantedImages(images)}) w
          join placement p on p.registry_id = w.registry_id and p.digest = w.digest`,
    executor,
  );
}

export async function markAllRepositories(executor: Executor): Promise<void> {
  await execute(
    sql`insert into dirty_mark (scope, key, cause) select 'repository', registry_id || '/' || id, 'advisories' from repository`,
    executor,
  );
}

/** Asks for a pass over everything; one that runs starts over. */
export async function markPass(executor: Executor, pass: Pass): Promise<void> {
  await execute(sql`insert into dirty_mark (scope, key, cause) values (${pass}, '', 'advisories')`, executor);
}

/** Adds the one recount job unless it already waits. */
export async function askForRecount(executor: Executor): Promise<void> {
  await enqueue("recount", {}, { executor, key: RECOUNT_KEY, priority: "push" });
}

/** Key of a mark: ids joined by `/`, the registry first. */
export function keyOf(mark: DirtyMark): string {
  switch (mark.scope) {
    case "set":
      return `${mark.registryId}/${mark.setId}`;
    case "image":
      return `${mark.registryId}/${mark.digest}`;
    case "repository":
    case "verdict":
      return `${mark.registryId}/${mark.repositoryId}`;
    case "registry":
      return mark.registryId;
    case "flaw":
    case "exploited":
      return String(mark.vulnerabilityId);
    case "registry-flaw":
      return `${mark.registryId}/${mark.vulnerabilityId}`;
  }
}

const Taken = z.object({ key: z.string(), cause: z.string() });

/**
 * Takes up to `limit` marks of one scope for counting, oldest first, in the caller's transaction: they are gone when
 * it commits and back when it does not. Marks that are not committed yet are left for the next round. One taker at a time.
 * Returns their keys, and of each the cause that tells most.
 */
export async function takeMarks(
  executor: Executor,
  scope: DirtyMark["scope"],
  limit: number,
): Promise<{ key: string; cause: DirtyCause }[]> {
  const rows = await selectRows(
    Taken,
    sql`with taken as (
          delete from dirty_mark where id = any(array(select id from dirty_mark where scope = ${scope} order by id limit ${limit}))
          returning key, cause)
        select key, coalesce(min(cause) filter (where cause <> 'advisories'), 'advisories') as cause from taken group by key order by key`,
    executor,
  );
  // The causes are our own words.
  return rows as { key: string; cause: DirtyCause }[];
}

/** Whether more than `limit` marks of a scope wait. */
export async function hasMoreMarks(executor: Executor, scope: DirtyMark["scope"], limit: number): Promise<boolean> {
  const row = await selectFirst(
    z.object({ n: z.number() }),
    sql`select count(*)::int as n from (select 1 from dirty_mark where scope = ${scope} limit ${limit + 1}) bounded`,
    executor,
  );
  return (row?.n ?? 0) > limit;
}

/** Drops every mark of a scope, for a pass that counts all of them. */
export async function dropMarks(executor: Executor, scope: DirtyMark["scope"] | Pass): Promise<number> {
  return execute(sql`delete from dirty_mark where scope = ${scope}`, executor);
}

/** Whether a pass waits or is under way. */
export async function isPassDue(executor: Executor, pass: Pass): Promise<boolean> {
  const row = await selectFirst(
    z.object({ due: z.boolean() }),
    sql`select exists (select 1 from dirty_mark where scope = ${pass}) as due`,
    executor,
  );
  return row?.due ?? false;
}

/** Where the pass goes on, with its marks taken; null when none is asked for. A pass that was asked for again starts over. */
export async function takePass(executor: Executor, pass: Pass): Promise<string | null> {
  const row = await selectFirst(
    z.object({ key: z.string().nullable() }),
    sql`with taken as (delete from dirty_mark where scope = ${pass} returning key) select min(key) as key from taken`,
    executor,
  );
  return row?.key ?? null;
}

/** Lets the pass go on behind `key` in the next transaction. */
export async function continuePass(executor: Executor, pass: Pass, key: string): Promise<void> {
  await execute(sql`insert into dirty_mark (scope, key, cause) values (${pass}, ${key}, 'advisories')`, executor);
}

/** How many marks wait; for tests and the health page. */
export async function countDirtyMarks(executor?: Executor): Promise<number> {
  const row = await selectFirst(z.object({ n: z.number() }), sql`select count(*)::int as n from dirty_mark`, executor);
  return row?.n ?? 0;
}
