import { z } from "zod";
import { requireRole } from "#domain/require-role.ts";
import type { Actor, Role } from "#domain/role.ts";
import { openRecommendations } from "#queries/assessment/recommendation-list.ts";
import { selectFirst, sql } from "#store/sql.ts";
import { isSilent, lastDataAt } from "./root-signal.ts";
import { shownDemo } from "./shown-demo.ts";

/** What stands around every page: who is signed in, what is new, and what we cannot see right now. */
export interface FrameSummary {
  person: { name: string; role: Role };
  unreadNotices: number;
  /** Vulnerabilities with at least one open finding, bounded at 10 000. */
  vulnerabilities: number;
  /** Rules under which something is unhealthy. */
  recommendations: number;
  resources: number;
  notReporting: {
    count: number;
    worst: { rootId: string; kind: string; name: string; lastDataAt: string | null } | null;
  };
  hasDemo: boolean;
  /** Something that is not of the demo is connected. */
  hasReal: boolean;
  advisories: AdvisoryReadiness;
}

/**
 * Whether findings can be trusted to be complete. `none`: nothing was ever imported, so nothing can be found.
 * `unreachable`: there is data but at least one public feed cannot be read since `since`.
 */
export interface AdvisoryReadiness {
  state: "ready" | "none" | "unreachable";
  sources: number;
  records: number;
  newestDataAt: string | null;
  /** When the oldest failing feed was last seen to fail, and its reason. */
  since: string | null;
  reason: string | null;
}

const Row = z.object({
  unread: z.number(),
  vulnerabilities: z.number(),
  recommendations: z.number(),
  resources: z.number(),
  silent: z.number(),
  worst: z
    .object({ rootId: z.string(), kind: z.string(), name: z.string(), lastDataAt: z.string().nullable() })
    .nullable(),
  has_demo: z.boolean(),
  has_real: z.boolean(),
});

/** The figures of the frame for `actor`. Every count is bounded. */
export async function frameSummary(actor: Actor): Promise<FrameSummary> {
  requireRole(actor, "viewer");
  const row = await selectFirst(
    Row,
    sql`select
      (select count(*)::int from (select 1 from notice n
         left join notice_mark m on m.user_id = ${actor.id}
         where n.updated_at > coalesce(m.all_read_until, '-infinity')
           and not exists (select 1 from notice_read r
             where r.user_id = ${actor.id} and r.root_id = n.root_id and r.notice_id = n.id and r.read_at >= n.updated_at)
         limit 1000) unread) as unread,
      (select count(*)::int from (select 1 from flaw_total where is_demo = ${shownDemo} limit 10000) v) as vulnerabilities,
      ${openRecommendations} as recommendations,
      (select count(*)::int from (select 1 from resource_summary limit 10000) r) as resources,
      (select count(*)::int from (select 1 from resource_summary s where ${isSilent} limit 10000) q) as silent,
      (select json_build_object('rootId', s.root_id, 'kind', s.kind, 'name', s.name, 'lastDataAt',
                to_char(${lastDataAt} at time zone 'utc', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'))
         from resource_summary s where ${isSilent} order by s.last_data_at nulls first, s.root_id limit 1) as worst,
      exists (select 1 from resource_summary where is_demo) as has_demo,
      exists (select 1 from resource_summary where not is_demo) as has_real`,
  );
  if (!row) throw new Error("a select without a table returned no row");
  return {
    person: { name: actor.name, role: actor.role },
    unreadNotices: row.unread,
    vulnerabilities: row.vulnerabilities,
    recommendations: row.recommendations,
    resources: row.resources,
    notReporting: { count: row.silent, worst: row.worst },
    hasDemo: row.has_demo,
    hasReal: row.has_real,
    advisories: await advisoryReadiness(),
  };
}

const ReadinessRow = z.object({
  sources: z.number(),
  records: z.number(),
  newest: z.date().nullable(),
  failing: z.number(),
  since: z.date().nullable(),
  reason: z.string().nullable(),
});

/** How ready the advisories are. Demo advisories do not make real images assessable, so they are not counted. */
export async function advisoryReadiness(): Promise<AdvisoryReadiness> {
  const row = await selectFirst(
    ReadinessRow,
    sql`select count(*) filter (where record_count > 0)::int as sources,
               coalesce(sum(record_count), 0)::int as records,
               max(data_date) as newest,
               count(*) filter (where last_error is not null)::int as failing,
               min(last_checked_at) filter (where last_error is not null) as since,
               (array_agg(last_error order by last_checked_at) filter (where last_error is not null))[1] as reason
          from feed where not is_demo`,
  );
  const sources = row?.sources ?? 0;
  const failing = row?.failing ?? 0;
  const state = sources === 0 ? "none" : failing > 0 ? "unreachable" : "ready";
  return {
    state,
    sources,
    records: row?.records ?? 0,
    newestDataAt: row?.newest?.toISOString() ?? null,
    since: row?.since?.toISOString() ?? null,
    reason: row?.reason ?? null,
  };
}
