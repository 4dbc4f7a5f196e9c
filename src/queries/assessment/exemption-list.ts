import { z } from "zod";
import { clock } from "#clock.ts";
import { ExemptionReason } from "#domain/control-exemption.ts";
import { requireRole } from "#domain/require-role.ts";
import type { Actor } from "#domain/role.ts";
import { RuleReference } from "#domain/rule.ts";
import { IsoColumn, likePattern } from "#queries/list/columns.ts";
import { decodeCursor, encodeCursor } from "#queries/list/keyset-cursor.ts";
import { ChoiceParam, CursorParam, OptionalText } from "#queries/list/search-params.ts";
import { selectFirst, selectRows, sql } from "#store/sql.ts";

const PAGE = 100;
/** An exemption that ends within so many days is about to expire. */
const SOON_DAYS = 14;

export const exemptionStates = ["active", "expiring", "ended"] as const;
export const ExemptionListParams = z.object({
  q: OptionalText,
  /** `active` includes those that are about to expire. */
  state: ChoiceParam([...exemptionStates, "any"], "active"),
  cursor: CursorParam,
});
export type ExemptionListParams = z.infer<typeof ExemptionListParams>;

export const ExemptionItem = z.object({
  id: z.string(),
  ruleId: z.string(),
  /** Number in CIS Docker 1.8.0. */
  control: z.string().nullable(),
  title: z.string(),
  /** Null = every host. */
  hostId: z.string().nullable(),
  hostName: z.string().nullable(),
  isHostGone: z.boolean(),
  item: z.string().nullable(),
  reason: ExemptionReason,
  note: z.string(),
  createdBy: z.string(),
  createdAt: z.string(),
  expiresAt: z.string().nullable(),
  endedAt: z.string().nullable(),
  /** Null also when its time was over. */
  endedBy: z.string().nullable(),
  state: z.enum(exemptionStates),
  /** Items and hosts that it covers now: 0 = nothing fails that it would have to cover. */
  items: z.number(),
  hosts: z.number(),
});
export type ExemptionItem = z.infer<typeof ExemptionItem>;

export const ExemptionList = z.object({
  items: z.array(ExemptionItem),
  total: z.number(),
  /** All exemptions, whatever the filter. */
  all: z.number(),
  nextCursor: z.string().nullable(),
});
export type ExemptionList = z.infer<typeof ExemptionList>;

const Row = ExemptionItem.extend({
  createdAt: IsoColumn,
  expiresAt: IsoColumn.nullable(),
  endedAt: IsoColumn.nullable(),
  references: z.array(RuleReference).nullable(),
}).omit({ control: true });

/** What people exempted, newest first: what, where, why, until when, and what it covers now. */
export async function exemptionList(actor: Actor, input: z.input<typeof ExemptionListParams>): Promise<ExemptionList> {
  requireRole(actor, "viewer");
  const params = ExemptionListParams.parse(input);
  const now = clock.now();
  const soon = new Date(now.getTime() + SOON_DAYS * 86_400_000);
  const shape = `exemptions ${params.q ?? ""} ${params.state}`;
  const after = decodeCursor(shape, params.cursor, z.tuple([z.iso.datetime(), z.uuid()]));
  const state = sql`case when e.ended_at is not null or e.expires_at <= ${now} then 'ended' when e.expires_at <= ${soon} then 'expiring' else 'active' end`;
  const pattern = likePattern(params.q ?? "");
  const filter = sql`(${params.state} = 'any' or ${state} = ${params.state} or (${params.state} = 'active' and ${state} = 'expiring'))
    and (${params.q ?? null}::text is null or e.note ilike ${pattern} or e.item ilike ${pattern} or e.created_by ilike ${pattern}
         or e.rule_id ilike ${pattern} or r.title ilike ${pattern} or h.name ilike ${pattern})`;
  const from = sql`from control_exemption e left join rule r on r.id = e.rule_id left join host h on h.id = e.host_id`;
  const [rows, counts] = await Promise.all([
    selectRows(
      Row,
      sql`select e.id, e.rule_id as "ruleId", coalesce(r.title, e.rule_id) as title, r.refs as "references", e.host_id as "hostId",
            h.name as "hostName", h.removed_at is not null as "isHostGone", e.item, e.reason, e.note, e.created_by as "createdBy",
            e.created_at as "createdAt", e.expires_at as "expiresAt", e.ended_at as "endedAt", e.ended_by as "endedBy", ${state} as state,
            c.items, c.hosts
            ${from} cross join lateral (
              select (select count(distinct (f.root_id, f.assessment_id, f.title))::int from assessment_finding f
                       join host fh on fh.id = f.root_id and fh.removed_at is null where f.exemption_id = e.id) as items,
                     (select count(distinct x.root_id)::int from (
                        select root_id from assessment where exemption_id = e.id union select root_id from assessment_finding where exemption_id = e.id) x
                       join host xh on xh.id = x.root_id and xh.removed_at is null) as hosts) c
           where ${filter} and ${after ? sql`(e.created_at, e.id) < (${after[0]}::timestamptz, ${after[1]}::uuid)` : sql`true`}
           order by e.created_at desc, e.id desc limit ${PAGE + 1}`,
    ),
    selectFirst(
      z.object({ total: z.number(), all: z.number() }),
      sql`select (count(*) filter (where ${filter}))::int as total, count(*)::int as all ${from}`,
    ),
  ]);
  const shown = rows.slice(0, PAGE);
  const last = rows.length > PAGE ? shown.at(-1) : undefined;
  return {
    items: shown.map(({ references, ...row }) => ({
      ...row,
      control: references?.find(({ framework }) => framework === "CIS Docker 1.8.0")?.control ?? null,
    })),
    total: counts?.total ?? 0,
    all: counts?.all ?? 0,
    nextCursor: last ? encodeCursor(shape, [last.createdAt, last.id]) : null,
  };
}
