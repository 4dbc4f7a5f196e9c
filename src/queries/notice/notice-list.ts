import { z } from "zod";
import { NoticeKind } from "#domain/notice-kind.ts";
import { requireRole } from "#domain/require-role.ts";
import type { Actor } from "#domain/role.ts";
import { Severity, severities } from "#domain/severity.ts";
import { severityRanks } from "#queries/image/image-findings.ts";
import { type AsOf, asOf } from "#queries/list/as-of.ts";
import { IsoColumn } from "#queries/list/columns.ts";
import { decodeCursor, encodeCursor } from "#queries/list/keyset-cursor.ts";
import { CursorParam, ListParam, OptionalText, SwitchParam, TextParam } from "#queries/list/search-params.ts";
import { joinSql, type Statement, selectFirst, selectRows, sql } from "#store/sql.ts";

export const NoticeListParams = z.object({
  unread: SwitchParam,
  severity: ListParam(severities),
  kind: OptionalText,
  root: TextParam.pipe(z.uuid()).optional().catch(undefined),
  cursor: CursorParam,
});
export type NoticeListParams = z.infer<typeof NoticeListParams>;

const pageSize = 50;
const countLimit = 10_000;

const NoticeRow = z.object({
  rootId: z.string(),
  id: z.string(),
  kind: NoticeKind,
  severity: Severity,
  title: z.string(),
  detail: z.string(),
  href: z.string(),
  count: z.number(),
  vulnerabilityKey: z.string().nullable(),
  createdAt: IsoColumn,
  updatedAt: IsoColumn,
  isRead: z.boolean(),
  isDemo: z.boolean(),
  rootName: z.string().nullable(),
});
export type NoticeRow = z.infer<typeof NoticeRow>;

export interface NoticeList {
  rows: NoticeRow[];
  /** Notices that match the filters, up to 10 000. */
  total: number;
  unread: number;
  nextCursor: string | null;
  kinds: NoticeKind[];
  asOf: AsOf;
}

/** The actor's notices, newest first. A notice that grew after it was read is unread again. */
export async function noticeList(actor: Actor, input: unknown): Promise<NoticeList> {
  requireRole(actor, "viewer");
  const params = NoticeListParams.parse(input);
  const after = decodeCursor(params, params.cursor, z.tuple([z.iso.datetime(), z.uuid()]));
  const where = joinSql(conditions(params, actor.id), " and ");
  const [rows, total, unread, kinds, freshness] = await Promise.all([
    selectRows(
      NoticeRow,
      sql`select n.root_id as "rootId", n.id, n.kind, n.severity, n.title, n.detail, n.href, n.count,
                 n.vulnerability_key as "vulnerabilityKey", n.created_at as "createdAt", n.updated_at as "updatedAt",
                 ${isRead(actor.id)} as "isRead", n.is_demo as "isDemo", s.name as "rootName"
            from notice n left join resource_summary s on s.root_id = n.root_id
           where ${where} and ${after ? sql`(n.updated_at, n.id) < (${after[0]}::timestamptz, ${after[1]}::uuid)` : sql`true`}
           order by n.updated_at desc, n.id desc limit ${pageSize + 1}`,
    ),
    countNotices(where),
    countNotices(sql`not ${isRead(actor.id)}`),
    selectRows(z.object({ kind: NoticeKind }), sql`select distinct kind from notice order by kind limit 50`),
    asOf(),
  ]);
  const page = rows.slice(0, pageSize);
  const last = rows.length > pageSize ? page.at(-1) : undefined;
  return {
    rows: page,
    total,
    unread,
    nextCursor: last ? encodeCursor(params, [last.updatedAt, last.id]) : null,
    kinds: kinds.map((row) => row.kind),
    asOf: freshness,
  };
}

function isRead(userId: string): Statement {
  return sql`(exists (select 1 from notice_read x where x.user_id = ${userId} and x.root_id = n.root_id and x.notice_id = n.id and x.read_at >= n.updated_at)
    or exists (select 1 from notice_mark m where m.user_id = ${userId} and m.all_read_until >= n.updated_at))`;
}

function conditions(params: NoticeListParams, userId: string): Statement[] {
  const list = [sql`true`];
  if (params.unread) list.push(sql`not ${isRead(userId)}`);
  if (params.severity.length > 0) list.push(sql`n.severity_rank = any(${severityRanks(params.severity)}::smallint[])`);
  if (params.kind) list.push(sql`n.kind = ${params.kind}`);
  if (params.root) list.push(sql`n.root_id = ${params.root}`);
  return list;
}

async function countNotices(where: Statement): Promise<number> {
  const row = await selectFirst(
    z.object({ total: z.number() }),
    sql`select count(*)::int as total from (select 1 from notice n where ${where} limit ${countLimit}) bounded`,
  );
  return row?.total ?? 0;
}
