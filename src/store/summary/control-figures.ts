import type { RootKind } from "#domain/resource.ts";
import { type Statement, sql } from "#store/sql.ts";

/**
 * Rows (root_id, healthy … low) that count the verdicts on these roots themselves. A control that is exempt counts as that and as
 * nothing else; one that waits for a person is not known to be met and stands with the unknown.
 */
export function controlCounts(kind: RootKind, ids: readonly string[]): Statement {
  return sql`
    select a.root_id, (count(*) filter (where a.status = 'healthy'))::int as healthy, (count(*) filter (where a.status = 'unhealthy'))::int as unhealthy,
      (count(*) filter (where a.status in ('unknown', 'manual')))::int as unknown,
      (count(*) filter (where a.status = 'notApplicable'))::int as not_applicable, (count(*) filter (where a.status = 'exempt'))::int as exempt,
      ${failing(5)} as critical, ${failing(4)} as high, ${failing(3)} as medium, ${failing(2)} as low
      from effective_assessment a where a.root_id = any(${ids}::uuid[]) and a.resource_kind = ${kind} group by a.root_id`;
}

/** Columns of a root that is judged by controls, from the row `c` of `controlCounts`; it has neither findings nor images. */
export const controlColumns = sql`
  risk_of(coalesce(c.critical, 0), coalesce(c.high, 0), coalesce(c.medium, 0), 0) as risk,
  0 as critical, 0 as high, 0 as medium, 0 as low, 0 as unrated, 0 as fixable, 0 as kev, 0 as findings, 0 as findings_exempt,
  0 as images_healthy, 0 as images_unhealthy, 0 as images_unknown,
  coalesce(c.healthy, 0) as controls_healthy, coalesce(c.unhealthy, 0) as controls_unhealthy, coalesce(c.unknown, 0) as controls_unknown,
  coalesce(c.not_applicable, 0) as controls_not_applicable, coalesce(c.exempt, 0) as controls_exempt,
  coalesce(c.critical, 0) as controls_critical, coalesce(c.high, 0) as controls_high, coalesce(c.medium, 0) as controls_medium,
  coalesce(c.low, 0) as controls_low`;

/** The control of a root that fails worst, with its worst item, as the Containers list shows it. `rootId` is a column. */
export function worstControl(kind: RootKind, rootId: Statement): Statement {
  return sql`
    (select jsonb_build_object('kind', 'control', 'ruleId', a.rule_id, 'title', coalesce(r.title, a.rule_id), 'severity', a.severity,
              'item', (select f.title from assessment_finding f where f.root_id = a.root_id and f.assessment_id = a.id and f.exemption_id is null
                        order by f.severity_rank desc, f.key limit 1))
       from effective_assessment a left join rule r on r.id = a.rule_id
      where a.root_id = ${rootId} and a.resource_kind = ${kind} and a.status = 'unhealthy'
      order by a.severity_rank desc, a.finding_count - a.exempt_count desc, a.rule_id limit 1)`;
}

function failing(rank: number): Statement {
  return sql`(count(*) filter (where a.status = 'unhealthy' and a.severity_rank = ${rank}::int))::int`;
}
