import { z } from "zod";
import { type Executor, execute, selectFirst, selectRows, sql } from "#store/sql.ts";

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
                  (select count(*)::int from assessment a
                    where a.root_id = hc.host_id and a.resource_kind = 'host' and a.rule_id = any(hc.broken_rules) and a.exemption_id is null
                      and not coalesce((select bool_and(f.exemption_id is not null) from assessment_finding f
                            where f.root_id = a.root_id and f.assessment_id = a.id and f.title = hc.name), false)) as failing
                  from host_container hc
                 where hc.host_id = any(${hostIds}::uuid[]) and hc.gone_at is null and hc.broken_rules && ${rules}::text[]) c
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
    sql`select controls_healthy as healthy, controls_unhealthy as unhealthy, controls_unknown as unknown, controls_not_applicable as "notApplicable",
          controls_exempt as exempt, controls_critical as critical, controls_high as high, controls_medium as medium, controls_low as low
          from resource_summary where root_id = ${hostId}`,
    executor,
  );
}
