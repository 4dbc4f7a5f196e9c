import { z } from "zod";
import type { NoticeKind } from "#domain/notice-kind.ts";
import { Severity, severityRank } from "#domain/severity.ts";
import { recordChange } from "#store/change.ts";
import { newId } from "#store/ids.ts";
import { type Executor, execute, selectFirst, sql } from "#store/sql.ts";

export interface NewNotice {
  rootId: string;
  kind: NoticeKind;
  /** One notice per root and key: telling the same again renews the notice instead of adding one. */
  dedupeKey: string;
  severity: Severity;
  title: string;
  detail: string;
  href: string;
  count: number;
  vulnerabilityKey?: string | null;
  repositoryId?: string | null;
  isDemo: boolean;
  /** Updating the words of a notice that was read leaves it read. */
  isQuiet?: boolean;
}

/** Adds or renews notices in the caller's transaction. */
export async function addNotices(executor: Executor, notices: readonly NewNotice[]): Promise<void> {
  for (const notice of [...notices].sort((a, b) => (a.dedupeKey < b.dedupeKey ? -1 : 1))) {
    await execute(
      sql`insert into notice (root_id, id, kind, dedupe_key, severity, severity_rank, title, detail, href, count, vulnerability_key,
            repository_id, created_at, updated_at, is_demo)
          values (${notice.rootId}, ${newId()}, ${notice.kind}, ${notice.dedupeKey}, ${notice.severity}, ${severityRank[notice.severity]},
            ${notice.title}, ${notice.detail}, ${notice.href}, ${notice.count}, ${notice.vulnerabilityKey ?? null},
            ${notice.repositoryId ?? null}, clock_timestamp(), clock_timestamp(), ${notice.isDemo})
          on conflict (root_id, dedupe_key) do update set severity = excluded.severity, severity_rank = excluded.severity_rank,
            title = excluded.title, detail = excluded.detail, href = excluded.href, count = excluded.count,
            updated_at = case when ${notice.isQuiet ?? false}::boolean then notice.updated_at else excluded.updated_at end`,
      executor,
    );
  }
  if (notices.length > 0) await recordChange(executor, "notices");
}

/** Forgets the notices of roots that were removed. */
export async function deleteNoticesOf(executor: Executor, rootIds: readonly string[]): Promise<void> {
  await execute(sql`delete from notice where root_id = any(${rootIds}::uuid[])`, executor);
}

const THRESHOLD_KEY = "notices.threshold";

/** The severity from which on new findings make a notice; `high` until an admin chooses another. */
export async function noticeThreshold(executor: Executor): Promise<Severity> {
  const row = await selectFirst(
    z.object({ value: Severity.catch("high") }),
    sql`select value from setting where key = ${THRESHOLD_KEY}`,
    executor,
  );
  return row?.value ?? "high";
}

/** Marks notices as read by a user. Notices that do not exist are passed over. */
export async function markNoticesRead(
  executor: Executor,
  userId: string,
  notices: readonly { rootId: string; id: string }[],
): Promise<number> {
  return execute(
    sql`insert into notice_read (user_id, root_id, notice_id, read_at)
        select ${userId}, n.root_id, n.id, clock_timestamp()
          from unnest(${notices.map((one) => one.rootId)}::uuid[], ${notices.map((one) => one.id)}::uuid[]) as asked (root_id, id)
          join notice n on n.root_id = asked.root_id and n.id = asked.id
        on conflict (user_id, root_id, notice_id) do update set read_at = excluded.read_at`,
    executor,
  );
}

/** Marks notices as unread again. Those under the user's "all read until" stay read by it, so the mark is moved back first. */
export async function markNoticesUnread(
  executor: Executor,
  userId: string,
  notices: readonly { rootId: string; id: string }[],
): Promise<number> {
  const asked = sql`unnest(${notices.map((one) => one.rootId)}::uuid[], ${notices.map((one) => one.id)}::uuid[]) as asked (root_id, id)`;
  // What the mark covered stays read one by one, then the mark can go.
  await execute(
    sql`insert into notice_read (user_id, root_id, notice_id, read_at)
        select m.user_id, n.root_id, n.id, clock_timestamp() from notice_mark m join notice n on n.updated_at <= m.all_read_until
         where m.user_id = ${userId} on conflict (user_id, root_id, notice_id) do update set read_at = excluded.read_at`,
    executor,
  );
  await execute(sql`delete from notice_mark where user_id = ${userId}`, executor);
  return execute(
    sql`delete from notice_read r using ${asked} where r.user_id = ${userId} and r.root_id = asked.root_id and r.notice_id = asked.id`,
    executor,
  );
}

/** Everything up to now counts as read by this user. */
export async function markAllNoticesRead(executor: Executor, userId: string, until: Date): Promise<void> {
  await execute(
    sql`insert into notice_mark (user_id, all_read_until) values (${userId}, ${until})
        on conflict (user_id) do update set all_read_until = greatest(notice_mark.all_read_until, excluded.all_read_until)`,
    executor,
  );
}
