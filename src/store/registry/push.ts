import { z } from "zod";
import { bytesToDigest, digestToBytes } from "#domain/digest.ts";
import { stableUuid } from "#store/ids.ts";
import type { RepositoryKey } from "#store/image/manifest.ts";
import { type Executor, execute, selectFirst, selectRows, sql } from "#store/sql.ts";

export interface PushRecord {
  tag: string | null;
  digest: string;
  mediaType: string;
  actor: string | null;
  source: string;
  pushedAt: Date;
}

const TagRow = z.object({ digest: z.instanceof(Uint8Array), isLive: z.boolean() });

/**
 * Points a tag at a digest. Returns the digest it pointed to before (null for a new or returning tag), or `unchanged` when
 * it points there already: the same push seen again is no push.
 */
export async function moveTag(
  executor: Executor,
  repository: RepositoryKey,
  push: PushRecord & { tag: string },
): Promise<{ previous: string | null } | "unchanged"> {
  const current = await selectFirst(
    TagRow,
    sql`select digest, retired_at is null as "isLive" from tag
         where registry_id = ${repository.registryId} and repository_id = ${repository.id} and name = ${push.tag} for update`,
    executor,
  );
  const previous = current ? bytesToDigest(current.digest) : null;
  if (previous === push.digest && current?.isLive) return "unchanged";
  await execute(
    sql`insert into tag (registry_id, repository_id, name, digest, moved_at)
        values (${repository.registryId}, ${repository.id}, ${push.tag}, ${digestToBytes(push.digest)}, ${push.pushedAt})
        on conflict (registry_id, repository_id, name) do update set digest = excluded.digest, moved_at = excluded.moved_at,
          retired_at = null, retired_reason = null`,
    executor,
  );
  await insertPush(executor, repository, { ...push, previous });
  return { previous };
}

/**
 * Adds a push to the history of the repository. One push is heard of twice when its tag moves quickly: by its own event and by
 * the look at where the tag points now. Then the event's time and actor stand in the one row.
 */
export async function insertPush(
  executor: Executor,
  repository: RepositoryKey,
  push: PushRecord & { previous: string | null },
): Promise<void> {
  const id = stableUuid(
    repository.registryId,
    repository.id,
    "push",
    push.tag ?? "",
    push.digest,
    push.pushedAt.toISOString(),
  );
  if (push.tag !== null && (await wasHeardOf(executor, repository, { ...push, id }))) return;
  await execute(
    sql`insert into push (registry_id, repository_id, id, tag, digest, previous_digest, media_type, actor, source, pushed_at)
        values (${repository.registryId}, ${repository.id}, ${id}, ${push.tag}, ${digestToBytes(push.digest)},
          ${push.previous ? digestToBytes(push.previous) : null}, ${push.mediaType}, ${push.actor}, ${push.source}, ${push.pushedAt})
        on conflict (registry_id, repository_id, id) do nothing`,
    executor,
  );
}

/** Between the event of a push and the look at its tag lies at most the time that either waited in the queue. */
const HEARD_TWICE = sql`interval '1 hour'`;

async function wasHeardOf(
  executor: Executor,
  repository: RepositoryKey,
  push: PushRecord & { id: string; previous: string | null },
): Promise<boolean> {
  const same = sql`u.registry_id = ${repository.registryId} and u.repository_id = ${repository.id} and u.tag = ${push.tag}
    and u.digest = ${digestToBytes(push.digest)}`;
  const recent = sql`u.recorded_at > clock_timestamp() - ${HEARD_TWICE}`;
  if (push.source === "reconcile") {
    // Its event came first. Unless the tag was elsewhere since: then it was pushed once more.
    const before = push.previous ? digestToBytes(push.previous) : null;
    const touched = await execute(
      sql`update push u set previous_digest = coalesce(u.previous_digest, ${before}::bytea)
           where ${same} and u.source <> 'reconcile' and ${recent} and not exists (
             select 1 from push o where o.registry_id = u.registry_id and o.repository_id = u.repository_id and o.tag = u.tag
                and o.digest = ${before}::bytea and o.pushed_at > u.pushed_at)`,
      executor,
    );
    return touched > 0;
  }
  const touched = await execute(
    sql`update push u set id = ${push.id}, actor = ${push.actor}, source = ${push.source}, pushed_at = ${push.pushedAt}
         where ${same} and u.source = 'reconcile' and ${recent} and u.pushed_at >= ${push.pushedAt}
           and not exists (select 1 from push o where o.registry_id = u.registry_id and o.repository_id = u.repository_id and o.id = ${push.id})`,
    executor,
  );
  return touched > 0;
}

/** Takes untagged pushes out of the history that turned out to be parts of an index: they were one push with it. */
export async function forgetPartPushes(
  executor: Executor,
  repository: RepositoryKey,
  digests: readonly string[],
): Promise<void> {
  if (digests.length === 0) return;
  await execute(
    sql`delete from push where registry_id = ${repository.registryId} and repository_id = ${repository.id} and tag is null
         and digest = any(${digests.map(digestToBytes).map(Buffer.from)}::bytea[])`,
    executor,
  );
}

/** Retires tags by name and returns the digests they pointed to. */
export async function retireTags(
  executor: Executor,
  repository: RepositoryKey,
  gone: { names: readonly string[]; reason: string },
): Promise<string[]> {
  const rows = await selectRows(
    z.object({ digest: z.instanceof(Uint8Array) }),
    sql`update tag set retired_at = clock_timestamp(), retired_reason = ${gone.reason}
         where registry_id = ${repository.registryId} and repository_id = ${repository.id} and retired_at is null and name = any(${gone.names}::text[])
        returning digest`,
    executor,
  );
  return rows.map((row) => bytesToDigest(row.digest));
}

/** Live tags of a repository with their digests. */
export async function liveTags(executor: Executor, repository: RepositoryKey): Promise<Map<string, string>> {
  const rows = await selectRows(
    z.object({ name: z.string(), digest: z.instanceof(Uint8Array) }),
    sql`select name, digest from tag where registry_id = ${repository.registryId} and repository_id = ${repository.id} and retired_at is null`,
    executor,
  );
  return new Map(rows.map((row) => [row.name, bytesToDigest(row.digest)]));
}
