import { z } from "zod";
import { type Executor, execute, selectFirst, selectRows, sql } from "#store/sql.ts";

/** Of a control, the name under which a container's own controls are known: section 5 and 4.1 (as the container's page). */
const ofContainers = sql`exists (select 1 from jsonb_array_elements(r.refs) x where x ->> 'framework' = 'CIS Docker 1.8.0'
  and (x ->> 'control' like '5.%' or x ->> 'control' = '4.1'))`;

/**
 * Counts the controls of these hosts again, for their rows in the Containers list and for their containers. A control that is
 * exempt counts as that and as nothing else; one that waits for a person is not known to be met and stands with the unknown.
 */
export async function recountHosts(executor: Executor, hostIds: readonly string[]): Promise<void> {
  await execute(
    sql`update resource_summary s set healthy = c.healthy, unhealthy = c.unhealthy, unknown = c.unknown, not_applicable = c.not_applicable,
          exempt = c.exempt, critical = c.critical, high = c.high, medium = c.medium, low = c.low,
          risk = risk_of(c.critical, c.high, c.medium, 0), worst = w.worst, updated_at = now()
          from (select a.root_id,
                  (count(*) filter (where status = 'exempt'))::int as exempt, (count(*) filter (where status = 'healthy'))::int as healthy,
                  (count(*) filter (where status = 'unhealthy'))::int as unhealthy,
                  (count(*) filter (where status in ('unknown', 'manual')))::int as unknown,
                  (count(*) filter (where status = 'notApplicable'))::int as not_applicable,
                  ${failing("critical")} as critical, ${failing("high")} as high, ${failing("medium")} as medium, ${failing("low")} as low
                  from effective_assessment a where a.root_id = any(${hostIds}::uuid[]) and a.resource_kind = 'host' group by a.root_id) c
          left join lateral (
            select jsonb_build_object('kind', 'control', 'ruleId', a.rule_id, 'title', coalesce(r.title, a.rule_id), 'severity', a.severity,
                     'item', (select f.title from assessment_finding f where f.root_id = a.root_id and f.assessment_id = a.id and f.exemption_id is null
                               order by f.severity_rank desc, f.key limit 1)) as worst
              from effective_assessment a left join rule r on r.id = a.rule_id
             where a.root_id = c.root_id and a.resource_kind = 'host' and a.status = 'unhealthy'
             order by a.severity_rank desc, a.finding_count - a.exempt_count desc, a.rule_id limit 1) w on true
         where s.root_id = c.root_id`,
    executor,
  );
}

/**
 * Counts again how many controls each container breaks. `rules` are those whose exemptions changed: only containers that they
 * name are counted.
 */
export async function recountContainers(
  executor: Executor,
  hostIds: readonly string[],
  rules: readonly string[],
): Promise<void> {
  if (rules.length === 0) return;
  await execute(
    sql`update host_container h set failing = c.failing
          from (select hc.host_id, hc.container_id,
                  (select count(distinct a.rule_id)::int from assessment_finding f join assessment a on a.root_id = f.root_id and a.id = f.assessment_id
                     join rule r on r.id = a.rule_id
                    where f.root_id = hc.host_id and f.title = hc.name and f.exemption_id is null and a.resource_kind = 'host'
                      and a.status = 'unhealthy' and ${ofContainers}) as failing
                  from host_container hc
                 where hc.host_id = any(${hostIds}::uuid[]) and hc.gone_at is null and hc.name in (
                   select n.title from assessment_finding n join assessment na on na.root_id = n.root_id and na.id = n.assessment_id
                    where na.root_id = any(${hostIds}::uuid[]) and na.rule_id = any(${rules}::text[]))) c
         where h.host_id = c.host_id and h.container_id = c.container_id and h.failing <> c.failing`,
    executor,
  );
}

/** Rules of a host some of whose items are exempt. */
export async function rulesWithExemptItems(executor: Executor, hostId: string): Promise<string[]> {
  const rows = await selectRows(
    z.object({ ruleId: z.string() }),
    sql`select rule_id as "ruleId" from assessment where root_id = ${hostId} and resource_kind = 'host' and exempt_count > 0`,
    executor,
  );
  return rows.map((row) => row.ruleId);
}

const Counts = z.object({
  healthy: z.number(),
  unhealthy: z.number(),
  unknown: z.number(),
  notApplicable: z.number(),
  exempt: z.number(),
  critical: z.number(),
  high: z.number(),
  medium: z.number(),
  low: z.number(),
});

/** The counts of one host as its row has them. */
export function hostCounts(executor: Executor, hostId: string): Promise<z.infer<typeof Counts> | undefined> {
  return selectFirst(
    Counts,
    sql`select healthy, unhealthy, unknown, not_applicable as "notApplicable", exempt, critical, high, medium, low
          from resource_summary where root_id = ${hostId}`,
    executor,
  );
}

const failing = (severity: string) =>
  sql`(count(*) filter (where status = 'unhealthy' and severity = ${severity}))::int`;
