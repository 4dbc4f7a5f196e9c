import { z } from "zod";
import { RootKind } from "#domain/resource.ts";
import { markRulesOfRootsDirty } from "./count/rule-count.ts";
import { type Executor, execute, type Statement, selectRows, sql } from "./sql.ts";
import { hostSummary } from "./summary/host.ts";
import { registrySummary } from "./summary/registry.ts";

/**
 * Of each kind the statement that yields the rows of these roots, with the columns below; a root that is gone has none. Findings
 * (`critical` to `findings_exempt`), images and controls are different units; what a kind has none of is 0.
 */
const summaries: Record<RootKind, (ids: readonly string[]) => Statement> = {
  registry: registrySummary,
  host: hostSummary,
  // Nothing connects a cluster yet, so none has a row.
  cluster: () => sql`select * from resource_summary where false`,
};

/** A root that is connected, of whatever kind. */
export const LiveRoot = z.object({ rootId: z.string(), kind: RootKind, name: z.string(), isDemo: z.boolean() });
export type LiveRoot = z.infer<typeof LiveRoot>;

/** The time of the last data is written at most so often: two indexes sort by it, and each write of it would renew them all. */
export const LAST_DATA_MINUTES = 15;

/** Who a root is and how well it can be seen. */
const identity = sql`name, detail, owner, environment, state, state_reason, expected_interval_seconds, contents_unit, is_demo`;
const identityNow = sql`s.name, s.detail, s.owner, s.environment, s.state, s.state_reason, s.expected_interval_seconds, s.contents_unit,
  s.is_demo`;
const identityNew = sql`excluded.name, excluded.detail, excluded.owner, excluded.environment, excluded.state, excluded.state_reason,
  excluded.expected_interval_seconds, excluded.contents_unit, excluded.is_demo`;

/** What is counted of it. */
const figures = sql`risk, worst, critical, high, medium, low, unrated, fixable, kev, findings, findings_exempt, images_healthy, images_unhealthy,
  images_unknown, controls_healthy, controls_unhealthy, controls_unknown, controls_not_applicable, controls_exempt,
  controls_critical, controls_high, controls_medium, controls_low, contents_count, repository_count`;
const figuresNow = sql`s.risk, s.worst, s.critical, s.high, s.medium, s.low, s.unrated, s.fixable, s.kev, s.findings, s.findings_exempt,
  s.images_healthy, s.images_unhealthy, s.images_unknown, s.controls_healthy, s.controls_unhealthy, s.controls_unknown,
  s.controls_not_applicable, s.controls_exempt, s.controls_critical, s.controls_high, s.controls_medium,
  s.controls_low, s.contents_count, s.repository_count`;
const figuresNew = sql`n.risk, n.worst, n.critical, n.high, n.medium, n.low, n.unrated, n.fixable, n.kev, n.findings, n.findings_exempt,
  n.images_healthy, n.images_unhealthy, n.images_unknown, n.controls_healthy, n.controls_unhealthy, n.controls_unknown,
  n.controls_not_applicable, n.controls_exempt, n.controls_critical, n.controls_high, n.controls_medium,
  n.controls_low, n.contents_count, n.repository_count`;

/**
 * Writes who these roots are and how well they can be seen onto their rows of the Containers list, from the rows of their kind.
 * The row of a root that was removed goes. Nothing is counted: the planner drops the parts of the statement that nobody reads.
 */
export async function saveIdentity(executor: Executor, kind: RootKind, rootIds: readonly string[]): Promise<void> {
  if (rootIds.length === 0) return;
  const rows = summaries[kind]([...new Set(rootIds)]);
  const gone = await execute(
    sql`delete from resource_summary s where s.kind = ${kind} and s.root_id = any(${rootIds}::uuid[])
           and not exists (select 1 from (${rows}) n where n.root_id = s.root_id)`,
    executor,
  );
  const others = await execute(
    sql`insert into resource_summary as s (root_id, kind, ${identity}, updated_at)
        select root_id, ${kind}, ${identity}, clock_timestamp() from (${rows}) n order by root_id
        on conflict (root_id) do update set (${identity}, updated_at) = row(${identityNew}, excluded.updated_at)
         where (${identityNow}) is distinct from (${identityNew})`,
    executor,
  );
  // Rules are counted by owner and environment, and over live roots only.
  if (gone + others > 0) await markRulesOfRootsDirty(executor, rootIds);
}

/** Counts these roots again and writes what differs onto their rows, identity and signal with it. */
export async function saveSummaries(executor: Executor, kind: RootKind, rootIds: readonly string[]): Promise<void> {
  if (rootIds.length === 0) return;
  await saveIdentity(executor, kind, rootIds);
  await execute(
    sql`update resource_summary s set (${figures}) = row(${figuresNew}),
          last_data_at = greatest(s.last_data_at, n.last_data_at), updated_at = clock_timestamp()
          from (${summaries[kind]([...new Set(rootIds)])}) n
         where s.root_id = n.root_id and ((${figuresNow}) is distinct from (${figuresNew})
            or s.last_data_at is null or s.last_data_at < n.last_data_at - make_interval(mins => ${LAST_DATA_MINUTES}::int))`,
    executor,
  );
}

/**
 * Counts again the roots among these that are judged as a whole, whatever their kind, for when what people decided about verdicts
 * on them has changed. Returns which they are.
 */
export async function saveJudgedRoots(executor: Executor, rootIds: readonly string[]): Promise<LiveRoot[]> {
  const roots = await selectRows(
    LiveRoot,
    sql`select s.root_id as "rootId", s.kind, s.name, s.is_demo as "isDemo" from resource_summary s
         where s.root_id = any(${[...rootIds]}::uuid[])
           and exists (select 1 from assessment a where a.root_id = s.root_id and a.resource_kind = s.kind and a.resource_id = s.root_id::text)
         order by s.root_id`,
    executor,
  );
  for (const [kind, group] of Map.groupBy(roots, (root) => root.kind))
    await saveSummaries(
      executor,
      kind,
      group.map((root) => root.rootId),
    );
  return roots;
}

/** Notes that something arrived from a root. Any number of signs of life in a quarter of an hour write its row once. */
export async function noteData(executor: Executor, rootId: string, at: Date): Promise<void> {
  await execute(
    sql`update resource_summary set last_data_at = ${at}
         where root_id = ${rootId} and (last_data_at is null or last_data_at <= ${at}::timestamptz - make_interval(mins => ${LAST_DATA_MINUTES}::int))`,
    executor,
  );
}
