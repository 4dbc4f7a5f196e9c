import { z } from "zod";
import { stableUuid } from "#store/ids.ts";
import { type Executor, execute, selectFirst, selectRows, sql } from "#store/sql.ts";

/** Id of a repository: the same for the same registry and name, for ever. */
export const repositoryIdOf = (registryId: string, name: string): string => stableUuid(registryId, "repository", name);

/**
 * Adds the repository when it is new, brings it back when it was retired, and locks its row: whatever changes inside one
 * repository happens one after the other. Returns its id.
 */
export async function lockRepository(executor: Executor, registryId: string, name: string): Promise<string> {
  const id = repositoryIdOf(registryId, name);
  await execute(
    sql`insert into repository (registry_id, id, name) values (${registryId}, ${id}, ${name}) on conflict (registry_id, id) do nothing`,
    executor,
  );
  await execute(sql`select 1 from repository where registry_id = ${registryId} and id = ${id} for update`, executor);
  return id;
}

/** Locks a repository that is known already; undefined when it is not. */
export async function lockKnownRepository(
  executor: Executor,
  registryId: string,
  name: string,
): Promise<string | undefined> {
  const row = await selectFirst(
    z.object({ id: z.string() }),
    sql`select id from repository where registry_id = ${registryId} and name = ${name} for update`,
    executor,
  );
  return row?.id;
}

/** Notes a push: the repository is alive and was pushed to. */
export async function notePush(
  executor: Executor,
  repository: { registryId: string; id: string },
  at: Date,
): Promise<void> {
  await execute(
    sql`update repository set retired_at = null, retired_reason = null, last_pushed_at = greatest(coalesce(last_pushed_at, ${at}), ${at})
         where registry_id = ${repository.registryId} and id = ${repository.id}`,
    executor,
  );
}

/** Retires a repository that the registry no longer has. Its tags and images are retired by the caller. */
export async function retireRepository(
  executor: Executor,
  repository: { registryId: string; id: string },
  reason: string,
): Promise<void> {
  await execute(
    sql`update repository set retired_at = clock_timestamp(), retired_reason = ${reason}
         where registry_id = ${repository.registryId} and id = ${repository.id} and retired_at is null`,
    executor,
  );
}

/** Counts the live tags anew. */
export async function recountTags(executor: Executor, repository: { registryId: string; id: string }): Promise<void> {
  await execute(
    sql`update repository set tag_count = (select count(*) from tag t where t.registry_id = ${repository.registryId}
          and t.repository_id = ${repository.id} and t.retired_at is null)
         where registry_id = ${repository.registryId} and id = ${repository.id}`,
    executor,
  );
}

/** Names of the repositories that are not retired. */
export async function liveRepositories(registryId: string, executor?: Executor): Promise<string[]> {
  const rows = await selectRows(
    z.object({ name: z.string() }),
    sql`select name from repository where registry_id = ${registryId} and retired_at is null order by name`,
    executor,
  );
  return rows.map((row) => row.name);
}
