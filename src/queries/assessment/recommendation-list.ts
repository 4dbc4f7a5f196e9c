import { z } from "zod";
import { clock } from "#clock.ts";
import { recommendationKinds } from "#domain/recommendation.ts";
import { requireRole } from "#domain/require-role.ts";
import type { Actor } from "#domain/role.ts";
import { Severity, severities } from "#domain/severity.ts";
import { IsoColumn, likePattern } from "#queries/list/columns.ts";
import { decodeCursor, encodeCursor } from "#queries/list/keyset-cursor.ts";
import { ownerCondition } from "#queries/list/owner-filter.ts";
import { ChoiceParam, CursorParam, ListParam, OptionalText, TextParam } from "#queries/list/search-params.ts";
import { rankOfSeverity, severityOfRank } from "#queries/list/severity-columns.ts";
import { joinSql, type Statement, selectFirst, selectRows, sql } from "#store/sql.ts";
import { shownEstate } from "./shown-estate.ts";

export const recommendationViews = ["open", "unknown", "exempt", "clean", "all"] as const;
export const recommendationSorts = ["priority", "unhealthy", "newest", "title"] as const;

/** The address of the Recommendations list: named view, filters, sort and page. Unknown values fall back to the default. */
export const RecommendationListParams = z.object({
  view: ChoiceParam(recommendationViews, "open"),
  kind: ChoiceParam(["any", ...recommendationKinds], "any"),
  severity: ListParam(severities),
  environment: OptionalText,
  /** A name, `@mine` or `@none`. */
  owner: OptionalText,
  /** One registry, cluster or host: only what lies in it is counted. */
  root: TextParam.pipe(z.uuid()).optional().catch(undefined),
  standard: OptionalText,
  q: OptionalText,
  sort: ChoiceParam(recommendationSorts, "priority"),
  /** Grouped by area, the area with the worst first; `none` is one list. */
  group: ChoiceParam(["area", "none"], "area"),
  cursor: CursorParam,
});
export type RecommendationListParams = z.infer<typeof RecommendationListParams>;

export const recommendationPageSize = 200;
/** "Trend" compares with the copy of the counts that is at least this old. */
const TREND_DAYS = 7;

const Row = z.object({
  ruleId: z.string(),
  area: z.string(),
  title: z.string(),
  failedTitle: z.string(),
  severity: Severity,
  kinds: z.array(z.enum(recommendationKinds)),
  owners: z.array(z.string()),
  healthy: z.number(),
  unhealthy: z.number(),
  unknown: z.number(),
  manual: z.number(),
  notApplicable: z.number(),
  exempt: z.number(),
  changedAt: IsoColumn.nullable(),
  /** Unhealthy resources a week ago; null while nothing was kept that long. */
  unhealthyBefore: z.number().nullable(),
  isDemo: z.boolean(),
  areaPriority: z.number(),
  sortNumber: z.number(),
  sortText: z.string(),
});
export type RecommendationRow = Omit<z.infer<typeof Row>, "areaPriority" | "sortNumber" | "sortText">;

export interface RecommendationList {
  readAt: string;
  rows: RecommendationRow[];
  total: number;
  /** How many each named view holds under the filters. */
  views: Record<(typeof recommendationViews)[number], number>;
  nextCursor: string | null;
  environments: string[];
  owners: string[];
  standards: string[];
}

/**
 * One row per rule that is held against anything, with how many resources stand where under the filters. Counts are kept
 * per rule, kind, owner and environment (`rule_count`) and summed here; nothing is grouped over assessments.
 */
export async function recommendationList(actor: Actor, input: unknown): Promise<RecommendationList> {
  requireRole(actor, "viewer");
  const params = RecommendationListParams.parse(input);
  const [rows, views, facets] = await Promise.all([findRows(params, actor), countViews(params, actor), findFacets()]);
  const page = rows.slice(0, recommendationPageSize);
  const last = rows.length > recommendationPageSize ? page.at(-1) : undefined;
  return {
    readAt: clock.now().toISOString(),
    rows: page.map(({ areaPriority: _area, sortNumber: _number, sortText: _text, ...row }) => row),
    total: views[params.view],
    views,
    nextCursor: last
      ? encodeCursor(shapeOf(params), [last.areaPriority, last.area, last.sortNumber, last.sortText, last.ruleId])
      : null,
    ...facets,
  };
}

/** How many rules have anything unhealthy: the number beside "Recommendations". */
export const openRecommendations = sql`(select count(*)::int from (
  select 1 from rule_count c where c.unhealthy > 0 and ${shownEstate(sql`c.is_demo`)} group by c.rule_id) open_rules)`;

/** What a cursor belongs to, whatever the order of its keys. */
function shapeOf(params: RecommendationListParams): string {
  return JSON.stringify(Object.entries({ ...params, cursor: null }).sort(([left], [right]) => (left < right ? -1 : 1)));
}

/** Conditions on the groups of `rule_count` named `c`. */
export function groupFilters(
  params: { kind: string; environment?: string | undefined; owner?: string | undefined },
  actor: Actor,
): Statement {
  const conditions = [shownEstate(sql`c.is_demo`), ownerCondition(sql`nullif(c.owner, '')`, params.owner, actor)];
  if (params.kind !== "any") conditions.push(sql`c.resource_kind = ${params.kind}`);
  if (params.environment) conditions.push(sql`c.environment = ${params.environment}`);
  return joinSql(conditions, " and ");
}

/** The groups that are summed: the kept ones, or those of one root, which are few enough to be counted when asked for. */
function groupsOf({ root }: RecommendationListParams): Statement {
  if (!root) return sql`rule_count`;
  return sql`(select e.rule_id, e.resource_kind, coalesce(e.owner, '') as owner, coalesce(e.environment, '') as environment, false as is_demo,
      (count(*) filter (where e.status = 'healthy'))::int as healthy, (count(*) filter (where e.status = 'unhealthy'))::int as unhealthy,
      (count(*) filter (where e.status = 'unknown'))::int as unknown, (count(*) filter (where e.status = 'manual'))::int as manual,
      (count(*) filter (where e.status = 'notApplicable'))::int as not_applicable, (count(*) filter (where e.status = 'exempt'))::int as exempt,
      coalesce(max(e.severity_rank) filter (where e.status = 'unhealthy'), 0) as worst_rank,
      max(e.status_since) filter (where e.status = 'unhealthy') as changed_at
      from effective_assessment e where e.root_id = ${root} and e.resource_kind <> 'image' group by 1, 2, 3, 4)`;
}

/** One row per rule with the sums of its groups, before the named view. */
function summed(params: RecommendationListParams, actor: Actor): Statement {
  const conditions: Statement[] = [sql`r.retired is null`];
  if (params.standard)
    conditions.push(
      sql`exists (select 1 from jsonb_array_elements(r.refs) x where x ->> 'framework' = ${params.standard})`,
    );
  if (params.q) {
    const pattern = likePattern(params.q);
    conditions.push(
      sql`(r.title ilike ${pattern} or r.failed_title ilike ${pattern} or r.id ilike ${pattern} or exists (
            select 1 from jsonb_array_elements(r.refs) x where x ->> 'control' = ${params.q}))`,
    );
  }
  return sql`select r.id as rule_id, r.area, r.title, coalesce(r.failed_title, r.title) as failed_title,
      case when max(c.worst_rank) > 0 then max(c.worst_rank) else ${rankOfSeverity(sql`r.severity`)} end as rank,
      array_agg(distinct c.resource_kind) as kinds,
      coalesce(array_agg(distinct c.owner) filter (where c.owner <> '' and c.unhealthy > 0), '{}') as owners,
      sum(c.healthy)::int as healthy, sum(c.unhealthy)::int as unhealthy, sum(c.unknown)::int as unknown, sum(c.manual)::int as manual,
      sum(c.not_applicable)::int as not_applicable, sum(c.exempt)::int as exempt, max(c.changed_at) as changed_at, bool_and(c.is_demo) as is_demo
      from rule r join ${groupsOf(params)} c on c.rule_id = r.id
     where ${joinSql(conditions, " and ")} and ${groupFilters(params, actor)}
     group by r.id`;
}

const viewConditions: Record<(typeof recommendationViews)[number], Statement> = {
  open: sql`unhealthy > 0`,
  unknown: sql`unknown + manual > 0`,
  exempt: sql`exempt > 0`,
  clean: sql`unhealthy + unknown + manual = 0 and healthy > 0`,
  all: sql`true`,
};

function withSeverity(params: RecommendationListParams): Statement {
  if (params.severity.length === 0) return sql`true`;
  return sql`${severityOfRank(sql`rank`)} = any(${params.severity}::text[])`;
}

/** The number and the text by which each sort orders, both descending but for the text. */
const orders: Record<(typeof recommendationSorts)[number], { number: Statement; text: Statement }> = {
  priority: { number: sql`(rank::bigint * 10000000 + unhealthy)`, text: sql`''` },
  unhealthy: { number: sql`unhealthy::bigint`, text: sql`''` },
  newest: { number: sql`coalesce(extract(epoch from changed_at)::bigint, 0)`, text: sql`''` },
  title: { number: sql`0::bigint`, text: sql`lower(failed_title)` },
};

function findRows(params: RecommendationListParams, actor: Actor) {
  const order = orders[params.sort];
  const after = decodeCursor(
    shapeOf(params),
    params.cursor,
    z.tuple([z.number(), z.string(), z.number(), z.string(), z.string()]),
  );
  const isGrouped = params.group === "area";
  const areaPriority = isGrouped
    ? sql`max(rank::int * 100000 + least(unhealthy, 99999)) over (partition by area)`
    : sql`0`;
  const areaText = isGrouped ? sql`area` : sql`''`;
  return selectRows(
    Row,
    sql`with summed as (${summed(params, actor)}),
        shown as (select * from summed where ${viewConditions[params.view]} and ${withSeverity(params)}),
        ordered as (select *, ${areaPriority} as area_priority, ${areaText} as area_text, ${order.number} as sort_number, ${order.text} as sort_text from shown)
        select o.rule_id as "ruleId", o.area, o.title, o.failed_title as "failedTitle", ${severityOfRank(sql`o.rank`)} as severity, o.kinds, o.owners,
          o.healthy, o.unhealthy, o.unknown, o.manual, o.not_applicable as "notApplicable", o.exempt, o.changed_at as "changedAt",
          ${unhealthyBefore(params, actor)} as "unhealthyBefore", o.is_demo as "isDemo", o.area_priority::float8 as "areaPriority",
          o.sort_number::float8 as "sortNumber", o.sort_text as "sortText"
          from ordered o
         where ${
           after
             ? sql`(-o.area_priority, o.area_text, -o.sort_number, o.sort_text, o.rule_id)
                     > (${-after[0]}::float8, ${isGrouped ? after[1] : ""}, ${-after[2]}::float8, ${after[3]}, ${after[4]})`
             : sql`true`
         }
         order by -o.area_priority, o.area_text, -o.sort_number, o.sort_text, o.rule_id limit ${recommendationPageSize + 1}`,
  );
}

/** Unhealthy resources of rule `o` on the newest kept day that is a week old or older; null without such a day. */
function unhealthyBefore(params: RecommendationListParams, actor: Actor): Statement {
  if (params.root) return sql`null::int`;
  return sql`(select sum(c.unhealthy)::int from rule_count_day c where c.rule_id = o.rule_id and ${groupFilters(params, actor)}
     and c.day = (select max(d.day) from rule_count_day d where d.rule_id = o.rule_id
                    and d.day <= (now() at time zone 'utc')::date - ${TREND_DAYS}::int))`;
}

async function countViews(params: RecommendationListParams, actor: Actor): Promise<RecommendationList["views"]> {
  const row = await selectFirst(
    z.object({ open: z.number(), unknown: z.number(), exempt: z.number(), clean: z.number(), all: z.number() }),
    sql`with summed as (${summed(params, actor)})
        select (count(*) filter (where ${viewConditions.open}))::int as open, (count(*) filter (where ${viewConditions.unknown}))::int as unknown,
          (count(*) filter (where ${viewConditions.exempt}))::int as exempt, (count(*) filter (where ${viewConditions.clean}))::int as clean,
          count(*)::int as "all" from summed where ${withSeverity(params)}`,
  );
  return row ?? { open: 0, unknown: 0, exempt: 0, clean: 0, all: 0 };
}

async function findFacets(): Promise<Pick<RecommendationList, "environments" | "owners" | "standards">> {
  const row = await selectFirst(
    z.object({ environments: z.array(z.string()), owners: z.array(z.string()), standards: z.array(z.string()) }),
    sql`select array(select distinct c.environment from rule_count c where c.environment <> '' and ${shownEstate(sql`c.is_demo`)} order by 1 limit 50) as environments,
          array(select distinct c.owner from rule_count c where c.owner <> '' and ${shownEstate(sql`c.is_demo`)} order by 1 limit 200) as owners,
          array(select distinct x ->> 'framework' from rule r, jsonb_array_elements(r.refs) x
                 where r.retired is null and exists (select 1 from rule_count c where c.rule_id = r.id) order by 1 limit 100) as standards`,
  );
  return row ?? { environments: [], owners: [], standards: [] };
}
