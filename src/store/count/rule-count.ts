import { z } from "zod";
import { clock } from "#clock.ts";
import { recordChange } from "#store/change.ts";
import { type Executor, execute, type Statement, selectRows, sql } from "#store/sql.ts";
import { askForRecount } from "./dirty-marks.ts";

/** Rules counted in one turn: their resources are read through one index, some ten thousand a rule. */
const RULES_AT_ONCE = 40;

/** Marks rules whose resources stand otherwise than before, in the caller's transaction, and asks for a recount. */
export async function markRulesDirty(executor: Executor, ruleIds: readonly string[]): Promise<void> {
  if (ruleIds.length === 0) return;
  await execute(
    sql`insert into dirty_mark (scope, key, cause) select distinct 'rule', key, 'scan' from unnest(${[...ruleIds]}::text[]) as marked (key)`,
    executor,
  );
  await askForRecount(executor);
}

/** Marks every rule that these roots are held against: their owner or environment changed, they left or came back. */
export async function markRulesOfRootsDirty(executor: Executor, rootIds: readonly string[]): Promise<void> {
  if (rootIds.length === 0) return;
  const marked = await execute(
    sql`insert into dirty_mark (scope, key, cause)
        select distinct 'rule', rule_id, 'registry' from assessment where root_id = any(${[...rootIds]}::uuid[])`,
    executor,
  );
  if (marked > 0) await askForRecount(executor);
}

/**
 * Counts the resources under the next marked rules, by kind, owner and environment, from the verdicts that count now. The
 * images of a repository are counted with it. Rows that did not change are not written. False when no rule was marked.
 */
export async function recountRules(executor: Executor): Promise<boolean> {
  const taken = await selectRows(
    z.object({ key: z.string() }),
    sql`with picked as (select distinct key from (select key from dirty_mark where scope = 'rule' order by id limit ${RULES_AT_ONCE * 50}) oldest
                        limit ${RULES_AT_ONCE}),
        taken as (delete from dirty_mark d using picked where d.scope = 'rule' and d.key = picked.key returning d.key)
        select distinct key from taken`,
    executor,
  );
  if (taken.length === 0) return false;
  const ruleIds = taken.map(({ key }) => key);
  await execute(sql`${countsOf(ruleIds)} ${writeDifferences(ruleIds)}`, executor);
  await copyRuleCounts(executor, clock.now(), ruleIds);
  await recordChange(executor, "recommendations");
  return true;
}

/** `counted`: one row per group of `rule_count`, from the verdicts that count now. */
function countsOf(ruleIds: readonly string[]) {
  return sql`with counted as materialized (
    select e.rule_id, e.resource_kind, coalesce(e.owner, '') as owner, coalesce(e.environment, '') as environment, e.is_demo,
      (count(*) filter (where e.status = 'healthy'))::int as healthy, (count(*) filter (where e.status = 'unhealthy'))::int as unhealthy,
      (count(*) filter (where e.status = 'unknown'))::int as unknown, (count(*) filter (where e.status = 'manual'))::int as manual,
      (count(*) filter (where e.status = 'notApplicable'))::int as not_applicable, (count(*) filter (where e.status = 'exempt'))::int as exempt,
      coalesce(max(e.severity_rank) filter (where e.status = 'unhealthy'), 0)::smallint as worst_rank,
      max(e.status_since) filter (where e.status = 'unhealthy') as changed_at
      from effective_assessment e where e.rule_id = any(${[...ruleIds]}::text[]) and e.resource_kind <> 'image'
     group by 1, 2, 3, 4, 5)`;
}

function writeDifferences(ruleIds: readonly string[]) {
  return sql`, gone as (
      delete from rule_count r where r.rule_id = any(${[...ruleIds]}::text[])
         and not exists (select 1 from counted c where (c.rule_id, c.resource_kind, c.owner, c.environment, c.is_demo)
                           = (r.rule_id, r.resource_kind, r.owner, r.environment, r.is_demo)))
    insert into rule_count as r (rule_id, resource_kind, owner, environment, is_demo, healthy, unhealthy, unknown, manual, not_applicable,
      exempt, worst_rank, changed_at)
    select rule_id, resource_kind, owner, environment, is_demo, healthy, unhealthy, unknown, manual, not_applicable, exempt, worst_rank, changed_at
      from counted
    on conflict (rule_id, resource_kind, owner, environment, is_demo) do update set healthy = excluded.healthy, unhealthy = excluded.unhealthy,
      unknown = excluded.unknown, manual = excluded.manual, not_applicable = excluded.not_applicable, exempt = excluded.exempt,
      worst_rank = excluded.worst_rank, changed_at = excluded.changed_at
     where (r.healthy, r.unhealthy, r.unknown, r.manual, r.not_applicable, r.exempt, r.worst_rank, r.changed_at)
       is distinct from (excluded.healthy, excluded.unhealthy, excluded.unknown, excluded.manual, excluded.not_applicable, excluded.exempt,
         excluded.worst_rank, excluded.changed_at)`;
}

/** Days of `rule_count_day` that are kept. */
const DAYS_KEPT = 400;

/**
 * Copies the counts as they stand, of these rules or of all, into the rows of the UTC day of `now`; groups that are gone leave
 * the day's copy too.
 */
export async function copyRuleCounts(executor: Executor, now: Date, ruleIds?: readonly string[]): Promise<void> {
  const ofRules = (rule: Statement) => (ruleIds ? sql`${rule} = any(${[...ruleIds]}::text[])` : sql`true`);
  const day = sql`(${now}::timestamptz at time zone 'utc')::date`;
  await execute(
    sql`delete from rule_count_day d where d.day < ${day} - ${DAYS_KEPT}::int or (d.day = ${day} and ${ofRules(sql`d.rule_id`)} and not exists (
          select 1 from rule_count c where (c.rule_id, c.resource_kind, c.owner, c.environment, c.is_demo)
            = (d.rule_id, d.resource_kind, d.owner, d.environment, d.is_demo)))`,
    executor,
  );
  await execute(
    sql`insert into rule_count_day as d (day, rule_id, resource_kind, owner, environment, is_demo, healthy, unhealthy, unknown, manual,
          not_applicable, exempt)
        select ${day}, rule_id, resource_kind, owner, environment, is_demo, healthy, unhealthy, unknown, manual, not_applicable, exempt
          from rule_count where ${ofRules(sql`rule_id`)}
        on conflict (rule_id, day, resource_kind, owner, environment, is_demo) do update set healthy = excluded.healthy,
          unhealthy = excluded.unhealthy, unknown = excluded.unknown, manual = excluded.manual, not_applicable = excluded.not_applicable,
          exempt = excluded.exempt
         where (d.healthy, d.unhealthy, d.unknown, d.manual, d.not_applicable, d.exempt)
           is distinct from (excluded.healthy, excluded.unhealthy, excluded.unknown, excluded.manual, excluded.not_applicable, excluded.exempt)`,
    executor,
  );
}
