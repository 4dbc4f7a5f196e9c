import { z } from "zod";
import { askIfFeedsChanged } from "#store/count/feed-changes.ts";
import { type Executor, execute, selectFirst, sql } from "#store/sql.ts";

export const StoredFeed = z.object({
  id: z.string(),
  etag: z.string().nullable(),
  lastModified: z.string().nullable(),
  cursor: z.string().nullable(),
  recordCount: z.number(),
  fileSha256: z.instanceof(Uint8Array).nullable(),
});
export type StoredFeed = z.infer<typeof StoredFeed>;

/** A feed as it was last seen; undefined before its first import. */
export function readFeed(id: string, executor?: Executor): Promise<StoredFeed | undefined> {
  return selectFirst(
    StoredFeed,
    sql`select id, etag, last_modified as "lastModified", cursor, record_count as "recordCount", file_sha256 as "fileSha256"
          from feed where id = ${id}`,
    executor,
  );
}

export interface ImportedFeed {
  id: string;
  title: string;
  kind: string;
  licence: string;
  recordCount: number;
  dataDate: string | null;
  fileSha256: Uint8Array | null;
  isChanged: boolean;
  isDemo: boolean;
  at: Date;
}

/** Records that a feed was read well, changed or not. A data date that the file does not state keeps the known one. */
export async function saveImportedFeed(executor: Executor, feed: ImportedFeed): Promise<void> {
  await execute(
    sql`insert into feed (id, title, kind, licence, record_count, data_date, last_checked_at, last_changed_at, state, is_demo, file_sha256)
        values (${feed.id}, ${feed.title}, ${feed.kind}, ${feed.licence}, ${feed.recordCount}, ${feed.dataDate}, ${feed.at},
                ${feed.at}, 'ok', ${feed.isDemo}, ${feed.fileSha256})
        on conflict (id) do update set title = excluded.title, kind = excluded.kind, licence = excluded.licence,
          record_count = excluded.record_count, data_date = coalesce(excluded.data_date, feed.data_date),
          last_checked_at = excluded.last_checked_at,
          last_changed_at = case when ${feed.isChanged} then excluded.last_changed_at else coalesce(feed.last_changed_at, excluded.last_changed_at) end,
          state = 'ok', last_error = null, failing_since = null, file_sha256 = excluded.file_sha256`,
    executor,
  );
}

/** Records that a pull looked at a feed and found it as before. */
export async function saveCheckedFeed(executor: Executor, id: string, at: Date): Promise<void> {
  await execute(
    sql`update feed set last_checked_at = ${at}, state = 'ok', last_error = null, failing_since = null where id = ${id}`,
    executor,
  );
  await askIfFeedsChanged(executor);
}

/** Records that a feed could not be used. Its stored records stay as they are. */
export async function saveFailedFeed(
  executor: Executor,
  feed: {
    id: string;
    title: string;
    kind: string;
    licence: string;
    state: "failing" | "waiting";
    error: string;
    at: Date;
  },
): Promise<void> {
  await execute(
    sql`insert into feed (id, title, kind, licence, last_checked_at, state, last_error, failing_since)
        values (${feed.id}, ${feed.title}, ${feed.kind}, ${feed.licence}, ${feed.at}, ${feed.state}, ${feed.error}, ${feed.at})
        on conflict (id) do update set last_checked_at = excluded.last_checked_at, state = excluded.state,
          last_error = excluded.last_error, failing_since = coalesce(feed.failing_since, excluded.failing_since)`,
    executor,
  );
}

/** Remembers where a pull got a feed and what the server said, so that the next pull only asks for what is new. */
export async function saveFeedSource(
  executor: Executor,
  id: string,
  source: { url: string; etag: string | null; lastModified: string | null; cursor: string | null },
): Promise<void> {
  await execute(
    sql`update feed set url = ${source.url}, etag = ${source.etag}, last_modified = ${source.lastModified},
          cursor = coalesce(${source.cursor}, cursor) where id = ${id}`,
    executor,
  );
}

/** Marks the first of these feeds that exists as failing and answers its id; null when none does. */
export async function markFeedFailing(
  ids: readonly string[],
  failure: { error: string; at: Date },
  executor?: Executor,
): Promise<string | null> {
  const found = await selectFirst(
    z.object({ id: z.string() }),
    sql`update feed set state = 'failing', last_error = ${failure.error}, last_checked_at = ${failure.at},
          failing_since = coalesce(failing_since, ${failure.at})
        where id = (select id from feed where id = any(${ids}::text[]) order by id limit 1) returning id`,
    executor,
  );
  return found?.id ?? null;
}
