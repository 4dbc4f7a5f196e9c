import { z } from "zod";
import { clock } from "#clock.ts";
import { AppError } from "#domain/app-error.ts";
import { Evidence } from "#domain/evidence.ts";
import { type RecommendationCounts, recommendationKinds, recommendationStatuses } from "#domain/recommendation.ts";
import { requireRole } from "#domain/require-role.ts";
import { RootKind } from "#domain/resource.ts";
import type { Actor } from "#domain/role.ts";
import { RuleText } from "#domain/rule.ts";
import { Severity } from "#domain/severity.ts";
import { IsoColumn, likePattern } from "#queries/list/columns.ts";
import { decodeCursor, encodeCursor } from "#queries/list/keyset-cursor.ts";
import { ownerCondition } from "#queries/list/owner-filter.ts";
import { ChoiceParam, CursorParam, OptionalText, TextParam } from "#queries/list/search-params.ts";
import { severityOfRank } from "#queries/list/severity-columns.ts";
import { joinSql, type Statement, selectFirst, selectRows, sql } from "#store/sql.ts";
import { shownEstate } from "./shown-estate.ts";

/** The address of a recommendation: which of its lists, narrowed to whom. */
export const RecommendationParams = z.object({
  id: TextParam.pipe(z.string().min(1)),
  status: ChoiceParam(recommendationStatuses, "unhealthy"),
  kind: ChoiceParam(["any", ...recommendationKinds], "any"),
  environment: OptionalText,
  /** A name, `@mine` or `@none`. */
  owner: OptionalText,
  /** One registry, cluster or host. */
  root: TextParam.pipe(z.uuid()).optional().catch(undefined),
  q: OptionalText,
  cursor: CursorParam,
});
export type RecommendationParams = z.infer<typeof RecommendationParams>;

const pageSize = 50;
/** Items of one resource that are shown beside each other; the resource's own page has all that are kept. */
const itemsShown = 20;

const Item = z.object({
  title: z.string(),
  severity: Severity,
  evidence: z.array(Evidence),
  isExempt: z.boolean(),
});

const ResourceRow = z.object({
  key: z.string(),
  rootId: z.string(),
  rootKind: RootKind,
  rootName: z.string(),
  resourceKind: z.enum(recommendationKinds),
  resourceId: z.string(),
  name: z.string(),
  owner: z.string().nullable(),
  environment: z.string().nullable(),
  status: z.enum(recommendationStatuses),
  severity: Severity,
  rank: z.number(),
  reason: z.string().nullable(),
  evidence: z.array(Evidence),
  findingCount: z.number(),
  exemptCount: z.number(),
  statusSince: IsoColumn,
  assessedAt: IsoColumn,
  isDemo: z.boolean(),
  items: z.array(Item),
});
export type RecommendationResource = Omit<z.infer<typeof ResourceRow>, "rank">;

const RuleRow = RuleText.extend({
  retired: RuleText.shape.retired.unwrap().nullish(),
  confirms: z.string().nullish(),
});

export interface RecommendationDetail {
  readAt: string;
  rule: z.infer<typeof RuleRow>;
  /** How many resources stand where under the filters; `total` is their sum, and each list has exactly that many rows. */
  counts: RecommendationCounts;
  total: number;
  /** The worst severity among what is unhealthy anywhere; null when nothing is. */
  worst: Severity | null;
  resources: RecommendationResource[];
  nextCursor: string | null;
  /** Kinds that the rule is held against here. */
  kinds: (typeof recommendationKinds)[number][];
  owners: string[];
  environments: string[];
}

/** A rule as a recommendation: its words, and the resources that stand in one status with the evidence of each. Throws `not-found`. */
export async function recommendationDetail(actor: Actor, input: unknown): Promise<RecommendationDetail> {
  requireRole(actor, "viewer");
  const params = RecommendationParams.parse(input);
  const rule = await selectFirst(
    RuleRow,
    sql`select id, engine, title, failed_title as "failedTitle", scope, area, confirms, severity, rationale, remediation, logic,
               refs as "references", examples, retired from rule where id = ${params.id}`,
  );
  if (!rule)
    throw new AppError(
      "not-found",
      `There is no recommendation ${params.id}. Rules are published when the worker starts.`,
    );
  const [counts, page, facets] = await Promise.all([
    countStatuses(params, actor),
    findResources(params, actor),
    findFacets(params.id),
  ]);
  return {
    readAt: clock.now().toISOString(),
    rule,
    counts,
    total: Object.values(counts).reduce((sum, count) => sum + count, 0),
    ...page,
    ...facets,
  };
}

/** The verdicts `e` of one rule that a recommendation counts: not the single images, and no demo beside what is real. */
export function countedVerdicts(ruleId: string): Statement {
  return sql`e.rule_id = ${ruleId} and e.resource_kind <> 'image' and ${shownEstate(sql`e.is_demo`)}`;
}

function conditions(params: RecommendationParams, actor: Actor): Statement {
  const all = [countedVerdicts(params.id), ownerCondition(sql`e.owner`, params.owner, actor)];
  if (params.root) all.push(sql`e.root_id = ${params.root}`);
  if (params.kind !== "any") all.push(sql`e.resource_kind = ${params.kind}`);
  if (params.environment) all.push(sql`e.environment = ${params.environment}`);
  if (params.q) {
    const pattern = likePattern(params.q);
    all.push(sql`(e.resource_name ilike ${pattern} or e.root_name ilike ${pattern})`);
  }
  return joinSql(all, " and ");
}

async function countStatuses(params: RecommendationParams, actor: Actor): Promise<RecommendationCounts> {
  const rows = await selectRows(
    z.object({ status: z.enum(recommendationStatuses), total: z.number() }),
    sql`select e.status, count(*)::int as total from effective_assessment e where ${conditions(params, actor)} group by 1`,
  );
  const counts: RecommendationCounts = { unhealthy: 0, unknown: 0, manual: 0, exempt: 0, healthy: 0, notApplicable: 0 };
  for (const row of rows) counts[row.status] = row.total;
  return counts;
}

function shapeOf(params: RecommendationParams): string {
  return JSON.stringify([
    params.id,
    params.status,
    params.kind,
    params.environment,
    params.owner,
    params.root,
    params.q,
  ]);
}

/** Resources of one status: the worst first, then by name. Items are read for the rows of the page alone. */
async function findResources(
  params: RecommendationParams,
  actor: Actor,
): Promise<Pick<RecommendationDetail, "resources" | "nextCursor">> {
  const after = decodeCursor(shapeOf(params), params.cursor, z.tuple([z.number(), z.string(), z.uuid(), z.string()]));
  const rows = await selectRows(
    ResourceRow,
    sql`with page as (
          select e.* from effective_assessment e
           where ${conditions(params, actor)} and e.status = ${params.status}
             and ${
               after
                 ? sql`(-e.severity_rank, e.resource_name, e.root_id, e.resource_id) > (${-after[0]}::int, ${after[1]}, ${after[2]}::uuid, ${after[3]})`
                 : sql`true`
             }
           order by -e.severity_rank, e.resource_name, e.root_id, e.resource_id limit ${pageSize + 1})
        select encode(p.id, 'hex') as key, p.root_id as "rootId", p.root_kind as "rootKind", p.root_name as "rootName",
          p.resource_kind as "resourceKind", p.resource_id as "resourceId", p.resource_name as name, p.owner, p.environment, p.status,
          p.severity, p.severity_rank as rank, p.reason, a.evidence, p.finding_count as "findingCount", p.exempt_count as "exemptCount",
          p.status_since as "statusSince", p.assessed_at as "assessedAt", p.is_demo as "isDemo",
          coalesce((select jsonb_agg(jsonb_build_object('title', f.title, 'severity', f.severity, 'evidence', f.evidence, 'isExempt', f.exemption_id is not null))
             from (select * from assessment_finding f where f.root_id = p.root_id and f.assessment_id = p.id
                    order by f.exemption_id is not null, f.severity_rank desc, f.title, f.key limit ${itemsShown}) f), '[]') as items
          from page p join assessment a on a.root_id = p.root_id and a.id = p.id
         order by -p.severity_rank, p.resource_name, p.root_id, p.resource_id`,
  );
  const page = rows.slice(0, pageSize);
  const last = rows.length > pageSize ? page.at(-1) : undefined;
  return {
    resources: page.map(({ rank: _rank, ...row }) => row),
    nextCursor: last ? encodeCursor(shapeOf(params), [last.rank, last.name, last.rootId, last.resourceId]) : null,
  };
}

async function findFacets(
  ruleId: string,
): Promise<Pick<RecommendationDetail, "kinds" | "owners" | "environments" | "worst">> {
  const row = await selectFirst(
    z.object({
      kinds: z.array(z.enum(recommendationKinds)),
      owners: z.array(z.string()),
      environments: z.array(z.string()),
      worst: Severity.nullable(),
    }),
    sql`select ${severityOfRank(sql`max(c.worst_rank) filter (where c.unhealthy > 0)`)} as worst, coalesce(array_agg(distinct c.resource_kind), '{}') as kinds,
          coalesce(array_agg(distinct c.owner) filter (where c.owner <> ''), '{}') as owners,
          coalesce(array_agg(distinct c.environment) filter (where c.environment <> ''), '{}') as environments
          from rule_count c where c.rule_id = ${ruleId} and ${shownEstate(sql`c.is_demo`)}`,
  );
  return row ?? { kinds: [], owners: [], environments: [], worst: null };
}
