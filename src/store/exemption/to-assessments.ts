import { z } from "zod";
import { ExemptionEffect, noEffect } from "#domain/exemption.ts";
import { type Executor, execute, joinSql, type Statement, selectFirst, selectRows, sql } from "#store/sql.ts";
import { type ExemptionAim, exemptionsInForce, unsavedExemption } from "./exemption.ts";

/** The assessments that exemptions of rules are laid over. */
export interface RuleReach {
  /** A condition on `assessment a`. */
  of: Statement;
  /** The roots of all of them. */
  rootIds: readonly string[];
  /** Only this rule; otherwise all that an exemption of these roots is or was about. */
  ruleId?: string;
}

/**
 * The roots that an exemption of a rule reaches. Hosts are locked in one order: an assessment under way ends first, so that
 * none is saved by exemptions that no longer hold.
 */
export async function lockRootsOf(
  executor: Executor,
  { ruleId, rootId }: { ruleId: string; rootId: string | null },
): Promise<string[]> {
  const rows = await selectRows(
    z.object({ id: z.string() }),
    sql`select distinct root_id as id from assessment
         where rule_id = ${ruleId} and ${rootId === null ? sql`true` : sql`root_id = ${rootId}`} order by root_id`,
    executor,
  );
  const ids = rows.map(({ id }) => id);
  const removed = await selectRows(
    z.object({ id: z.string(), isRemoved: z.boolean() }),
    sql`select id, removed_at is not null as "isRemoved" from host where id = any(${ids}::uuid[]) order by id for update`,
    executor,
  );
  const gone = new Set(removed.flatMap(({ id, isRemoved }) => (isRemoved ? [id] : [])));
  return ids.filter((id) => !gone.has(id));
}

/** That exemption `e` reaches assessment `a` of root summary `rs`; `item` is the title of a finding of it, or null. */
function reaches(item: Statement): Statement {
  const facts = sql`jsonb_build_object('item', ${item}, 'resource', coalesce(rs.name, ''), 'environment', rs.environment, 'owner', rs.owner)`;
  return sql`e.subject = a.rule_id and (e.root_id is null or e.root_id = a.root_id)
    and (e.resource_id is null or e.resource_id = a.resource_id)
    and (e.repository_id is null or (a.resource_kind = 'repository' and a.resource_id = e.repository_id::text)
         or (a.resource_kind = 'image' and ${liesOnlyIn}))
    and (e.conditions = '[]' or conditions_hold(e.conditions, ${facts}))`;
}

/** A verdict is about the image wherever it lies: exempt in one repository, it counts for the others still. */
const liesOnlyIn = sql`exists (select 1 from placement p where p.registry_id = a.root_id and 'sha256:' || encode(p.digest, 'hex') = a.resource_id
      and p.repository_id = e.repository_id and p.retired_at is null)
  and not exists (select 1 from placement p where p.registry_id = a.root_id and p.digest = decode(substr(a.resource_id, 8), 'hex')
      and p.repository_id <> e.repository_id and p.retired_at is null)`;

const asksForItem = sql`(e.item is not null or e.conditions @> '[{"field": "item"}]')`;

/** For every item of these assessments the exemption that covers it: the widest and oldest first. */
function coveredItems(exemptions: Statement, ofReach: Statement): Statement {
  return sql`
    select f.root_id, f.assessment_id, f.key, f.title,
           (select e.id from (${exemptions}) e where ${reaches(sql`f.title`)} and (e.item is null or e.item = f.title)
             order by ${asksForItem}, e.created_at, e.id limit 1) as exemption_id
      from assessment a
      join assessment_finding f on f.root_id = a.root_id and f.assessment_id = a.id
      left join resource_summary rs on rs.root_id = a.root_id
     where ${ofReach}`;
}

/** For every one of these assessments what covers it as a whole: an exemption of all of it, or of each of its items. */
function coveredAssessments(exemptions: Statement, ofReach: Statement, items: Statement): Statement {
  return sql`
    select a.root_id, a.id, coalesce(c.items, 0) as items, coalesce(c.exempt, 0) as exempt_count,
           case when a.status not in ('unhealthy', 'manual', 'unknown') then null
                else coalesce((select e.id from (${exemptions}) e where ${reaches(sql`null::text`)} and not ${asksForItem} order by e.created_at, e.id limit 1),
                              case when c.items > 0 and c.exempt = a.finding_count then c.first end) end as exemption_id
      from assessment a
      left join resource_summary rs on rs.root_id = a.root_id
      left join (select root_id, assessment_id, count(*)::int as items, count(exemption_id)::int as exempt,
                        (min(exemption_id::text))::uuid as first from (${items}) i group by root_id, assessment_id) c
             on c.root_id = a.root_id and c.assessment_id = a.id
     where ${ofReach}`;
}

/**
 * Lays the exemptions in force at `now` over what is stored: items first, then verdicts all of whose items are covered or that
 * are exempt as a whole. What is met or does not apply needs no exemption and shows none.
 */
export async function applyRuleExemptions(executor: Executor, reach: RuleReach, now: Date): Promise<void> {
  if (reach.rootIds.length === 0) return;
  const touched = await touchedRules(executor, reach);
  if (touched.length === 0) return;
  const ofReach = sql`(${reach.of}) and a.rule_id = any(${touched}::text[])`;
  const exemptions = exemptionsInForce("rule", now);
  await execute(
    sql`update assessment_finding f set exemption_id = m.exemption_id from (${coveredItems(exemptions, ofReach)}) m
         where f.root_id = m.root_id and f.assessment_id = m.assessment_id and f.key = m.key
           and f.exemption_id is distinct from m.exemption_id`,
    executor,
  );
  const stored = sql`select f.root_id, f.assessment_id, f.exemption_id from assessment a
    join assessment_finding f on f.root_id = a.root_id and f.assessment_id = a.id where ${ofReach}`;
  await execute(
    sql`update assessment a set exemption_id = m.exemption_id, exempt_count = m.exempt_count
          from (${coveredAssessments(exemptions, ofReach, stored)}) m
         where a.root_id = m.root_id and a.id = m.id
           and (a.exemption_id is distinct from m.exemption_id or a.exempt_count <> m.exempt_count)`,
    executor,
  );
}

/** Rules that an exemption of these roots is or was about: a host with 5,000 containers has a hundred times as many findings. */
async function touchedRules(executor: Executor, { of, rootIds, ruleId }: RuleReach): Promise<string[]> {
  if (ruleId !== undefined) return [ruleId];
  const rows = await selectRows(
    z.object({ ruleId: z.string() }),
    sql`select subject as "ruleId" from exemption
         where subject_kind = 'rule' and ended_at is null and (root_id is null or root_id = any(${[...rootIds]}::uuid[]))
        union
        select a.rule_id from assessment a where ${of} and (a.exemption_id is not null or a.exempt_count > 0)`,
    executor,
  );
  return rows.map((row) => row.ruleId);
}

/** What exemptions of rules that are not saved would take out: items that count now, and verdicts that would stop counting. */
export async function assessmentsEffect(
  executor: Executor,
  aims: readonly ExemptionAim[],
  now: Date,
): Promise<ExemptionEffect> {
  if (aims.length === 0) return noEffect;
  const unsaved = joinSql(aims.map(unsavedExemption), " union all ");
  const ruleIds = aims.map(({ subject }) => subject.id);
  const columns = sql`id, subject_kind, subject, root_id, repository_id, resource_id, item, package_name, conditions, is_narrow, created_at`;
  const exemptions = sql`select ${columns} from (${exemptionsInForce("rule", now)}) saved where subject = any(${ruleIds}::text[])
    union all ${unsaved}`;
  const roots = aims.flatMap(({ scope }) => scope.rootId ?? []);
  const ofReach = sql`a.rule_id = any(${ruleIds}::text[])
    and ${roots.length < aims.length ? sql`true` : sql`a.root_id = any(${roots}::uuid[])`}
    and (a.root_id, a.id) in (select ea.root_id, ea.id from effective_assessment ea where ea.rule_id = any(${ruleIds}::text[]))`;
  const row = await selectFirst(
    ExemptionEffect,
    sql`with items as materialized (${coveredItems(exemptions, ofReach)}),
        verdicts as materialized (${coveredAssessments(exemptions, ofReach, sql`select * from items`)})
        select 0 as findings, 0 as images, 0 as fixable, 0 as repositories,
               (select count(*)::int from items i
                  join assessment_finding f on f.root_id = i.root_id and f.assessment_id = i.assessment_id and f.key = i.key
                  join assessment a on a.root_id = i.root_id and a.id = i.assessment_id
                 where a.exemption_id is null and f.exemption_id is null and i.exemption_id is not null) as items,
               (select count(*)::int from verdicts v join assessment a on a.root_id = v.root_id and a.id = v.id
                 where a.exemption_id is null and v.exemption_id is not null) as resources`,
    executor,
  );
  return row ?? noEffect;
}
