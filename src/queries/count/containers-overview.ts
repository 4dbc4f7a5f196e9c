import { z } from "zod";
import { clock } from "#clock.ts";
import { requireRole } from "#domain/require-role.ts";
import { forEachRootKind, rootKinds } from "#domain/resource.ts";
import type { Actor } from "#domain/role.ts";
import { Severity } from "#domain/severity.ts";
import { IsoColumn, likePattern } from "#queries/list/columns.ts";
import { decodeCursor, encodeCursor } from "#queries/list/keyset-cursor.ts";
import { ownerCondition } from "#queries/list/owner-filter.ts";
import { ChoiceParam, CursorParam, OptionalText } from "#queries/list/search-params.ts";
import { joinSql, type Statement, selectFirst, selectRows, sql } from "#store/sql.ts";
import { isSilent, lastDataAt, rootPosture, rootSignal, rootSignals } from "./root-signal.ts";

export const containerViews = ["all", "needsAction", "production", "notReporting"] as const;
export const containerSorts = ["risk", "name", "lastData"] as const;
const postures = ["any", "unhealthy", "healthy", "unknown"] as const;

/** The address of the Containers tab: named view, filters, sort and page. Unknown values fall back to the default. */
export const ContainersParams = z.object({
  view: ChoiceParam(containerViews, "all"),
  q: OptionalText,
  type: ChoiceParam(["any", ...rootKinds], "any"),
  posture: ChoiceParam(postures, "any"),
  environment: OptionalText,
  owner: OptionalText,
  /** `no` leaves the demo out, as the sums do once anything real is connected. */
  demo: ChoiceParam(["any", "no"], "any"),
  sort: ChoiceParam(containerSorts, "risk"),
  cursor: CursorParam,
});
export type ContainersParams = z.infer<typeof ContainersParams>;

const PAGE = 100;

/** The control of a Docker VM that matters most. */
const WorstControl = z.object({
  kind: z.literal("control"),
  ruleId: z.string(),
  title: z.string(),
  severity: Severity,
  item: z.string().nullable(),
});

/** The flaw that matters most in a registry. */
const WorstFinding = z.object({
  vulnerabilityKey: z.string(),
  packageName: z.string(),
  severity: z.enum(["critical", "high", "medium", "low", "informational", "unknown"]),
  images: z.number(),
  kev: z.boolean(),
});

export const ResourceRow = z.object({
  rootId: z.string(),
  kind: z.enum(rootKinds),
  name: z.string(),
  detail: z.string(),
  repositoryCount: z.number(),
  owner: z.string().nullable(),
  environment: z.string().nullable(),
  posture: z.enum(["unhealthy", "healthy", "unknown"]),
  critical: z.number(),
  high: z.number(),
  medium: z.number(),
  low: z.number(),
  unrated: z.number(),
  healthy: z.number(),
  unhealthy: z.number(),
  unknown: z.number(),
  notApplicable: z.number(),
  worst: z.union([WorstControl, WorstFinding]).nullable().catch(null),
  alertsActive: z.number(),
  contentsCount: z.number(),
  contentsUnit: z.string(),
  lastDataAt: IsoColumn.nullable(),
  expectedIntervalSeconds: z.number(),
  signal: z.enum(rootSignals),
  stateReason: z.string().nullable(),
  isDemo: z.boolean(),
});
export type ResourceRow = z.infer<typeof ResourceRow>;

export interface KindTotals {
  total: number;
  unhealthy: number;
  healthy: number;
  unknown: number;
}

export interface ContainersOverview {
  readAt: string;
  rows: ResourceRow[];
  nextCursor: string | null;
  /** How many rows match view and filters. */
  matching: number;
  /** How many each named view holds, without filters. */
  views: Record<(typeof containerViews)[number], number>;
  kinds: Record<(typeof rootKinds)[number], KindTotals>;
  freshness: { onTime: number; late: number; stale: number; withoutData: number; paused: number; total: number };
  environments: string[];
  owners: string[];
}

/** The Containers tab: one page of resources in one sort, with the figures of the strip and of the named views. */
export async function containersOverview(actor: Actor, params: ContainersParams): Promise<ContainersOverview> {
  requireRole(actor, "viewer");
  const conditions = filters(params, actor);
  const [rows, matching, summary, facets] = await Promise.all([
    readRows(params, conditions),
    countRows(conditions),
    readSummary(),
    readFacets(),
  ]);
  const page = rows.slice(0, PAGE);
  const last = page.at(-1);
  return {
    readAt: clock.now().toISOString(),
    rows: page,
    nextCursor: rows.length > PAGE && last ? encodeCursor(params, sortValues(params, last)) : null,
    matching,
    ...summary,
    ...facets,
  };
}

function filters(params: ContainersParams, actor: Actor): Statement[] {
  const conditions = [viewCondition(params.view)];
  if (params.q) {
    const pattern = likePattern(params.q);
    conditions.push(sql`(s.name ilike ${pattern} or s.detail ilike ${pattern})`);
  }
  if (params.type !== "any") conditions.push(sql`s.kind = ${params.type}`);
  if (params.posture !== "any") conditions.push(sql`${rootPosture} = ${params.posture}`);
  if (params.demo === "no") conditions.push(sql`not s.is_demo`);
  if (params.environment) conditions.push(sql`s.environment = ${params.environment}`);
  if (params.owner) conditions.push(ownerCondition(sql`s.owner`, params.owner, actor));
  return conditions;
}

const needsAction = sql`(s.critical > 0 or s.high > 0 or s.kev > 0 or s.controls_critical > 0 or s.controls_high > 0)`;
const isProduction = sql`(lower(s.environment) in ('production', 'prod'))`;

function viewCondition(view: ContainersParams["view"]): Statement {
  switch (view) {
    case "all":
      return sql`true`;
    case "needsAction":
      return needsAction;
    case "production":
      return isProduction;
    case "notReporting":
      return isSilent;
  }
}

function sortValues(
  params: ContainersParams,
  row: ResourceRow & { risk: number; sortedAt: string | null },
): (string | number | null)[] {
  if (params.sort === "name") return [row.name, row.rootId];
  if (params.sort === "lastData") return [row.sortedAt, row.rootId];
  return [row.risk, row.rootId];
}

function pageCondition(params: ContainersParams): Statement {
  if (params.sort === "name") {
    const after = decodeCursor(params, params.cursor, z.tuple([z.string(), z.uuid()]));
    return after ? sql`(s.name, s.root_id) > (${after[0]}, ${after[1]}::uuid)` : sql`true`;
  }
  if (params.sort === "lastData") {
    const after = decodeCursor(params, params.cursor, z.tuple([z.iso.datetime().nullable(), z.uuid()]));
    if (!after) return sql`true`;
    // Rows without data come first, so after one of them come the rest of those and then every row with data.
    return after[0] === null
      ? sql`(s.last_data_at is not null or s.root_id > ${after[1]}::uuid)`
      : sql`(s.last_data_at, s.root_id) > (${after[0]}::timestamptz, ${after[1]}::uuid)`;
  }
  const after = decodeCursor(params, params.cursor, z.tuple([z.number().int(), z.uuid()]));
  return after ? sql`(s.risk < ${after[0]} or (s.risk = ${after[0]} and s.root_id > ${after[1]}::uuid))` : sql`true`;
}

const orders: Record<ContainersParams["sort"], Statement> = {
  risk: sql`s.risk desc, s.root_id`,
  name: sql`s.name, s.root_id`,
  lastData: sql`s.last_data_at nulls first, s.root_id`,
};

function readRows(params: ContainersParams, conditions: Statement[]) {
  return selectRows(
    ResourceRow.extend({ risk: z.number(), sortedAt: IsoColumn.nullable() }),
    sql`select s.root_id as "rootId", s.kind, s.name, s.detail, s.repository_count as "repositoryCount", s.owner, s.environment,
               ${rootPosture} as posture, s.critical + s.controls_critical as critical, s.high + s.controls_high as high,
               s.medium + s.controls_medium as medium, s.low + s.controls_low as low, s.unrated,
               s.images_healthy + s.controls_healthy as healthy, s.images_unhealthy + s.controls_unhealthy as unhealthy,
               s.images_unknown + s.controls_unknown as unknown, s.controls_not_applicable as "notApplicable",
               s.worst, s.alerts_active as "alertsActive", s.contents_count as "contentsCount",
               s.contents_unit as "contentsUnit", ${lastDataAt} as "lastDataAt", s.last_data_at as "sortedAt",
               s.expected_interval_seconds as "expectedIntervalSeconds", ${rootSignal} as signal,
               s.state_reason as "stateReason", s.is_demo as "isDemo", s.risk
          from resource_summary s
         where ${joinSql([...conditions, pageCondition(params)], " and ")}
         order by ${orders[params.sort]} limit ${PAGE + 1}`,
  );
}

async function countRows(conditions: Statement[]): Promise<number> {
  const row = await selectFirst(
    z.object({ count: z.number() }),
    sql`select count(*)::int as count
          from (select 1 from resource_summary s where ${joinSql(conditions, " and ")} limit 10000) matching`,
  );
  return row?.count ?? 0;
}

const SummaryRow = z.object({
  kind: z.enum(rootKinds),
  posture: z.enum(["unhealthy", "healthy", "unknown"]),
  signal: z.enum(rootSignals),
  total: z.number(),
  needs_action: z.number(),
  production: z.number(),
  silent: z.number(),
});

async function readSummary(): Promise<Pick<ContainersOverview, "views" | "kinds" | "freshness">> {
  const groups = await selectRows(
    SummaryRow,
    sql`select s.kind, ${rootPosture} as posture, ${rootSignal} as signal, count(*)::int as total,
               (count(*) filter (where ${needsAction}))::int as needs_action,
               (count(*) filter (where ${isProduction}))::int as production,
               (count(*) filter (where ${isSilent}))::int as silent
          from resource_summary s group by 1, 2, 3`,
  );
  const sum = (pickCount: (group: z.infer<typeof SummaryRow>) => number) =>
    groups.reduce((total, group) => total + pickCount(group), 0);
  const bySignal = (...signals: string[]) => sum((group) => (signals.includes(group.signal) ? group.total : 0));
  const kindTotals = (kind: string): KindTotals => {
    const count = (posture: string | null) =>
      sum((group) => (group.kind === kind && (posture === null || group.posture === posture) ? group.total : 0));
    return { total: count(null), unhealthy: count("unhealthy"), healthy: count("healthy"), unknown: count("unknown") };
  };
  return {
    views: {
      all: sum((group) => group.total),
      needsAction: sum((group) => group.needs_action),
      production: sum((group) => group.production),
      notReporting: sum((group) => group.silent),
    },
    kinds: forEachRootKind(kindTotals),
    freshness: {
      onTime: bySignal("connected", "degraded"),
      late: bySignal("late"),
      stale: bySignal("stale"),
      withoutData: bySignal("noRight", "unreachable", "waiting"),
      paused: bySignal("paused"),
      total: sum((group) => group.total),
    },
  };
}

async function readFacets(): Promise<Pick<ContainersOverview, "environments" | "owners">> {
  const row = await selectFirst(
    z.object({ environments: z.array(z.string()), owners: z.array(z.string()) }),
    sql`select array(select distinct environment from resource_summary where environment is not null order by 1 limit 50) as environments,
               array(select distinct owner from resource_summary where owner is not null order by 1 limit 50) as owners`,
  );
  return { environments: row?.environments ?? [], owners: row?.owners ?? [] };
}
