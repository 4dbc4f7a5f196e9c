import { z } from "zod";
import type { ExemptionReason } from "#domain/control-exemption.ts";
import { newId } from "#store/ids.ts";
import { type Executor, execute, selectFirst, selectRows, sql } from "#store/sql.ts";

const Row = z.object({
  id: z.string(),
  ruleId: z.string(),
  hostId: z.string().nullable(),
  item: z.string().nullable(),
  reason: z.string(),
  note: z.string(),
  expiresAt: z.date().nullable(),
  createdBy: z.string(),
  endedAt: z.date().nullable(),
});
export type ControlExemption = z.infer<typeof Row>;

const columns = sql`id, rule_id as "ruleId", host_id as "hostId", item, reason, note, expires_at as "expiresAt", created_by as "createdBy",
  ended_at as "endedAt"`;

/** An exemption, locked for the transaction. */
export function findControlExemption(executor: Executor, id: string): Promise<ControlExemption | undefined> {
  return selectFirst(Row, sql`select ${columns} from control_exemption where id = ${id} for update`, executor);
}

/** Adds an exemption. Null when one for exactly the same is in force. */
export async function insertControlExemption(
  executor: Executor,
  exemption: {
    ruleId: string;
    hostId: string | null;
    item: string | null;
    reason: ExemptionReason;
    note: string;
    expiresAt: Date | null;
    by: { name: string; id: string | null };
    at: Date;
  },
): Promise<string | null> {
  const id = newId();
  const { ruleId, hostId, item, reason, note, expiresAt, by, at } = exemption;
  const inserted = await execute(
    sql`insert into control_exemption (id, rule_id, host_id, item, reason, note, expires_at, created_by, created_by_id, created_at)
        values (${id}, ${ruleId}, ${hostId}, ${item}, ${reason}, ${note}, ${expiresAt}, ${by.name}, ${by.id}, ${at})
        on conflict do nothing`,
    executor,
  );
  return inserted === 0 ? null : id;
}

/** Ends an exemption; `by` is null when its time was over. */
export async function endControlExemption(
  executor: Executor,
  id: string,
  end: { at: Date; by: string | null },
): Promise<void> {
  await execute(
    sql`update control_exemption set ended_at = ${end.at}, ended_by = ${end.by} where id = ${id} and ended_at is null`,
    executor,
  );
}

/** Exemptions whose time is over and that nobody has ended yet, oldest first. */
export function expiredControlExemptions(executor: Executor, now: Date): Promise<ControlExemption[]> {
  return selectRows(
    Row,
    sql`select ${columns} from control_exemption where ended_at is null and expires_at <= ${now} order by expires_at limit 100
        for update skip locked`,
    executor,
  );
}

/**
 * The hosts that an exemption reaches, locked in one order: an assessment under way ends first, so that none is saved by
 * exemptions that no longer hold.
 */
export async function lockHostsOf(
  executor: Executor,
  { ruleId, hostId }: { ruleId: string; hostId: string | null },
): Promise<string[]> {
  const wanted = hostId === null ? sql`true` : sql`h.id = ${hostId}`;
  const rows = await selectRows(
    z.object({ id: z.string() }),
    sql`select h.id from host h where h.removed_at is null and ${wanted}
          and exists (select 1 from assessment a where a.root_id = h.id and a.rule_id = ${ruleId} and a.resource_kind = 'host')
         order by h.id for update of h`,
    executor,
  );
  return rows.map(({ id }) => id);
}

/**
 * Lays the exemptions in force at `now` over what is stored of these hosts: items first, then controls all of whose items
 * are covered or that are exempt as a whole. A control that is met or does not apply needs none and shows none.
 */
export async function applyControlExemptions(
  executor: Executor,
  hostIds: readonly string[],
  { now, ruleId }: { now: Date; ruleId?: string },
): Promise<void> {
  const touched = await touchedRules(executor, hostIds, ruleId);
  if (touched.length === 0) return;
  const ofRule = sql`a.rule_id = any(${touched}::text[])`;
  const covering = sql`select e.id from control_exemption e where e.rule_id = a.rule_id and e.ended_at is null
      and (e.expires_at is null or e.expires_at > ${now}) and (e.host_id is null or e.host_id = a.root_id)`;
  await execute(
    sql`update assessment_finding f set exemption_id = m.exemption_id
          from (select f.root_id, f.assessment_id, f.key,
                  (${covering} and (e.item is null or e.item = f.title) order by (e.item is not null), e.created_at, e.id limit 1) as exemption_id
                  from assessment a join assessment_finding f on f.root_id = a.root_id and f.assessment_id = a.id
                 where a.root_id = any(${hostIds}::uuid[]) and a.resource_kind = 'host' and ${ofRule}) m
         where f.root_id = m.root_id and f.assessment_id = m.assessment_id and f.key = m.key
           and f.exemption_id is distinct from m.exemption_id`,
    executor,
  );
  await execute(
    sql`update assessment a set exemption_id = m.exemption_id, exempt_count = m.exempt_count
          from (select a.root_id, a.id, coalesce(c.exempt, 0) as exempt_count,
                  case when a.status not in ('unhealthy', 'manual', 'unknown') then null
                       else coalesce((${covering} and e.item is null order by e.created_at, e.id limit 1),
                                     case when c.items > 0 and c.exempt = a.finding_count then c.first end) end as exemption_id
                  from assessment a left join lateral (
                    select count(*)::int as items, (count(f.exemption_id))::int as exempt, (min(f.exemption_id::text))::uuid as first
                      from assessment_finding f where f.root_id = a.root_id and f.assessment_id = a.id) c on true
                 where a.root_id = any(${hostIds}::uuid[]) and a.resource_kind = 'host' and ${ofRule}) m
         where a.root_id = m.root_id and a.id = m.id
           and (a.exemption_id is distinct from m.exemption_id or a.exempt_count <> m.exempt_count)`,
    executor,
  );
}

/** Rules that an exemption of these hosts is or was about: a host with 5,000 containers has a hundred times as many findings. */
async function touchedRules(executor: Executor, hostIds: readonly string[], ruleId?: string): Promise<string[]> {
  if (ruleId !== undefined) return [ruleId];
  const rows = await selectRows(
    z.object({ ruleId: z.string() }),
    sql`select rule_id as "ruleId" from control_exemption where ended_at is null and (host_id is null or host_id = any(${hostIds}::uuid[]))
        union
        select rule_id from assessment where root_id = any(${hostIds}::uuid[]) and resource_kind = 'host'
           and (exemption_id is not null or exempt_count > 0)`,
    executor,
  );
  return rows.map((row) => row.ruleId);
}
