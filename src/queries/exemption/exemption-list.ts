import { z } from "zod";
import { clock } from "#clock.ts";
import {
  EndCause,
  ExemptionCondition,
  ExemptionReason,
  exemptionReasons,
  exemptionSubjects,
  ReopenCause,
} from "#domain/exemption.ts";
import { requireRole } from "#domain/require-role.ts";
import { RootKind } from "#domain/resource.ts";
import type { Actor } from "#domain/role.ts";
import { RuleReference } from "#domain/rule.ts";
import { IsoColumn, likePattern } from "#queries/list/columns.ts";
import { decodeCursor, encodeCursor } from "#queries/list/keyset-cursor.ts";
import { ChoiceParam, CursorParam, OptionalText } from "#queries/list/search-params.ts";
import { type Statement, selectFirst, selectRows, sql } from "#store/sql.ts";

const PAGE = 50;
/** An exemption that ends within so many days is about to expire. */
const SOON_DAYS = 14;

export const exemptionStates = ["active", "expiring", "ended"] as const;
export const ExemptionListParams = z.object({
  q: OptionalText,
  /** `active` includes those that are about to expire. */
  state: ChoiceParam([...exemptionStates, "any"], "active"),
  kind: ChoiceParam(["any", ...exemptionSubjects], "any"),
  reason: ChoiceParam(["any", ...exemptionReasons], "any"),
  /** Exactly this rule or vulnerability. */
  subject: OptionalText,
  cursor: CursorParam,
});
export type ExemptionListParams = z.infer<typeof ExemptionListParams>;

export const ExemptionItem = z.object({
  id: z.string(),
  kind: z.enum(exemptionSubjects),
  subject: z.string(),
  title: z.string(),
  /** Of a rule of CIS Docker, its number in 1.8.0. */
  control: z.string().nullable(),
  /** Null = everywhere. */
  rootId: z.string().nullable(),
  rootKind: RootKind.nullable(),
  rootName: z.string().nullable(),
  isRootGone: z.boolean(),
  repositoryId: z.string().nullable(),
  repository: z.string().nullable(),
  /** Digest of an image. */
  resourceId: z.string().nullable(),
  item: z.string().nullable(),
  packageName: z.string().nullable(),
  conditions: z.array(ExemptionCondition),
  reopenOn: z.array(ReopenCause),
  reason: ExemptionReason,
  note: z.string(),
  createdBy: z.string(),
  createdAt: z.string(),
  expiresAt: z.string().nullable(),
  endedAt: z.string().nullable(),
  /** Null when nobody ended it: see `endedBecause`. */
  endedBy: z.string().nullable(),
  endedBecause: EndCause.nullable(),
  state: z.enum(exemptionStates),
  /** What it covers now, 0 when it is over. Of a vulnerability: findings in living places, and their images. */
  findings: z.number(),
  images: z.number(),
  /** Of a rule: items, and resources that have one or on which the rule does not count. */
  items: z.number(),
  resources: z.number(),
});
export type ExemptionItem = z.infer<typeof ExemptionItem>;

export const ExemptionList = z.object({
  items: z.array(ExemptionItem),
  total: z.number(),
  /** All exemptions by state, whatever the filter; `active` includes the expiring. */
  counts: z.object({ active: z.number(), expiring: z.number(), ended: z.number() }),
  nextCursor: z.string().nullable(),
});
export type ExemptionList = z.infer<typeof ExemptionList>;

const Row = ExemptionItem.extend({
  createdAt: IsoColumn,
  expiresAt: IsoColumn.nullable(),
  endedAt: IsoColumn.nullable(),
  references: z.array(RuleReference).nullable(),
}).omit({ control: true });

const from = sql`from exemption e
  left join rule r on e.subject_kind = 'rule' and r.id = e.subject
  left join vulnerability v on e.subject_kind = 'vulnerability' and v.key = e.subject
  left join resource_summary s on s.root_id = e.root_id
  left join host h on h.id = e.root_id
  left join registry g on g.id = e.root_id
  left join repository p on p.registry_id = e.root_id and p.id = e.repository_id`;

/** What people exempted, newest first: what, where, why, until when, and what it covers now. */
export async function exemptionList(actor: Actor, input: z.input<typeof ExemptionListParams>): Promise<ExemptionList> {
  requireRole(actor, "viewer");
  const params = ExemptionListParams.parse(input);
  const { q, state: wantedState, kind, reason, subject } = params;
  const state = stateAt(clock.now());
  const shape = JSON.stringify(["exemptions", q, wantedState, kind, reason, subject]);
  const after = decodeCursor(shape, params.cursor, z.tuple([z.iso.datetime(), z.uuid()]));
  const pattern = likePattern(q ?? "");
  const filter = sql`(${wantedState} = 'any' or ${state} = ${wantedState} or (${wantedState} = 'active' and ${state} = 'expiring'))
    and (${kind} = 'any' or e.subject_kind = ${kind}) and (${reason} = 'any' or e.reason = ${reason})
    and (${subject ?? null}::text is null or e.subject = ${subject ?? null})
    and (${q ?? null}::text is null or e.note ilike ${pattern} or e.item ilike ${pattern} or e.created_by ilike ${pattern}
         or e.subject ilike ${pattern} or r.title ilike ${pattern} or h.name ilike ${pattern} or g.name ilike ${pattern}
         or p.name ilike ${pattern} or e.package_name ilike ${pattern})`;
  const [rows, counts] = await Promise.all([
    selectRows(
      Row,
      listed(
        state,
        sql`${filter} and ${after ? sql`(e.created_at, e.id) < (${after[0]}::timestamptz, ${after[1]}::uuid)` : sql`true`}`,
      ),
    ),
    selectFirst(
      z.object({ total: z.number(), active: z.number(), expiring: z.number(), ended: z.number() }),
      sql`select (count(*) filter (where ${filter}))::int as total, (count(*) filter (where ${state} <> 'ended'))::int as active,
                 (count(*) filter (where ${state} = 'expiring'))::int as expiring, (count(*) filter (where ${state} = 'ended'))::int as ended ${from}`,
    ),
  ]);
  const shown = rows.slice(0, PAGE);
  const last = rows.length > PAGE ? shown.at(-1) : undefined;
  const { total = 0, active = 0, expiring = 0, ended = 0 } = counts ?? {};
  return {
    items: shown.map(({ references, ...row }) => ({
      ...row,
      control: references?.find(({ framework }) => framework === "CIS Docker 1.8.0")?.control ?? null,
    })),
    total,
    counts: { active, expiring, ended },
    nextCursor: last ? encodeCursor(shape, [last.createdAt, last.id]) : null,
  };
}

function stateAt(now: Date): Statement {
  const soon = new Date(now.getTime() + SOON_DAYS * 86_400_000);
  return sql`case when e.ended_at is not null or e.expires_at <= ${now} then 'ended' when e.expires_at <= ${soon} then 'expiring' else 'active' end`;
}

function listed(state: Statement, filter: Statement): Statement {
  return sql`
    select e.*, coalesce(f.findings, 0) as findings, coalesce(f.images, 0) as images, coalesce(c.items, 0) as items, coalesce(c.resources, 0) as resources
      from (select e.id, e.subject_kind as kind, e.subject, coalesce(r.title, v.title, e.subject) as title, r.refs as "references", e.root_id as "rootId",
                   coalesce(s.kind, case when g.id is not null then 'registry' when h.id is not null then 'host' end) as "rootKind", coalesce(s.name, g.name, h.name) as "rootName",
                   e.root_id is not null and s.root_id is null as "isRootGone",
                   e.repository_id as "repositoryId", p.name as repository, e.resource_id as "resourceId", e.item, e.package_name as "packageName",
                   e.conditions, e.reopen_on as "reopenOn", e.reason, e.note, e.created_by as "createdBy", e.created_at as "createdAt",
                   e.expires_at as "expiresAt", e.ended_at as "endedAt", e.ended_by as "endedBy", e.ended_because as "endedBecause", ${state} as state
              ${from} where ${filter} order by e.created_at desc, e.id desc limit ${PAGE + 1}) e
      left join lateral (${findingsNow}) f on e.kind = 'vulnerability' and e."endedAt" is null
      left join lateral (${itemsNow}) c on e.kind = 'rule' and e."endedAt" is null
     order by e."createdAt" desc, e.id desc`;
}

/** Findings that exemption `e` keeps out of the figures. */
const findingsNow = sql`
  select count(*)::int as findings, count(distinct (f.registry_id, f.digest))::int as images
    from (select vulnerability_id, package_version_id from exempted_package where exemption_id = e.id
          union select vulnerability_id, package_version_id from exempted_finding where exemption_id = e.id) x
    join placement_finding f on f.vulnerability_id = x.vulnerability_id and f.package_version_id = x.package_version_id
         and f.exemption_id = e.id and f.state = 'exempt' and f.retired_at is null
    join registry fg on fg.id = f.registry_id and fg.deleted_at is null`;

/** That root `x` is neither a removed host nor a disconnected registry. */
const isLive = sql`not exists (select 1 from host xh where xh.id = x.root_id and xh.removed_at is not null)
  and not exists (select 1 from registry xg where xg.id = x.root_id and xg.deleted_at is not null)`;

/** Items that exemption `e` covers, and resources that have one or whose verdict it covers. */
const itemsNow = sql`
  select (select count(distinct (x.root_id, x.assessment_id, x.title))::int from assessment_finding x where x.exemption_id = e.id and ${isLive}) as items,
         (select count(distinct (x.root_id, x.resource_id))::int from (
            select root_id, resource_id from assessment where exemption_id = e.id
            union select y.root_id, a.resource_id from assessment_finding y join assessment a on a.root_id = y.root_id and a.id = y.assessment_id
                   where y.exemption_id = e.id) x where ${isLive}) as resources`;
