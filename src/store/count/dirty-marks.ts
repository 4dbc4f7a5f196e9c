import { z } from "zod";
import { enqueue } from "#store/queue/queue.ts";
import { type Executor, execute, selectFirst, selectRows, sql } from "#store/sql.ts";

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

/** Marks every image of a registry, for when it is disconnected or comes back. */
export async function markRegistryImagesDirty(
  executor: Executor,
  registryId: string,
  cause: DirtyCause,
): Promise<void> {
  await execute(
    sql`insert into dirty_mark (scope, key, cause)
        select 'image', registry_id || '/sha256:' || encode(digest, 'hex'), ${cause} from image where registry_id = ${registryId}
        union all select 'registry', ${registryId}, ${cause}`,
    executor,
  );
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

const Taken = z.object({
  scope: z.enum(["image", "repository", "registry", "vulnerability"]),
  key: z.string(),
  cause: z.string(),
});

/**
 * Takes the marks of up to `limit` rows of one scope for counting, oldest first, in the caller's transaction: they are gone when
 * it commits and back when it does not. Marks that are not committed yet are left for the next round. One taker at a time.
 */
export async function takeDirtyMarks<Scope extends DirtyMark["scope"]>(
  executor: Executor,
  scope: Scope,
  limit: number,
): Promise<{ mark: Extract<DirtyMark, { scope: Scope }>; cause: DirtyCause }[]> {
  const rows = await selectRows(
    Taken,
    sql`with picked as (select distinct key from (select key from dirty_mark where scope = ${scope} order by id limit ${limit}) oldest),
        taken as (delete from dirty_mark d using picked where d.scope = ${scope} and d.key = picked.key returning d.key, d.cause)
        select ${scope} as scope, key, coalesce(min(cause) filter (where cause <> 'advisories'), 'advisories') as cause
          from taken group by key order by key`,
    executor,
  );
  // The statement asked for this scope alone, and the causes are our own words.
  return rows.map((row) => ({ mark: markOf(row), cause: row.cause })) as {
    mark: Extract<DirtyMark, { scope: Scope }>;
    cause: DirtyCause;
  }[];
}

function markOf({ scope, key }: z.infer<typeof Taken>): DirtyMark {
  const [registryId = "", rest = ""] = key.split("/");
  switch (scope) {
    case "image":
      return { scope, registryId, digest: rest };
    case "repository":
      return { scope, registryId, repositoryId: rest };
    case "registry":
      return { scope, registryId };
    case "vulnerability":
      return { scope, vulnerabilityId: BigInt(key) };
  }
}

/** How many marks wait; for tests and the health page. */
export async function countDirtyMarks(executor?: Executor): Promise<number> {
  const row = await selectFirst(z.object({ n: z.number() }), sql`select count(*)::int as n from dirty_mark`, executor);
  return row?.n ?? 0;
}
