import { z } from "zod";
import { type Executor, execute, type Statement, selectRows, sql } from "#store/sql.ts";
import { emptyTables, fillTable } from "./work-tables.ts";

/** A flaw that is listed as exploited and was not told yet; `before` = places that had it until now. */
export interface ExploitedFlaw {
  id: bigint;
  before: number;
}

/**
 * Counts where flaws are open, per registry and in total: those in `due_flaw`, or every one. Writes the rows that differ. Returns
 * the counted flaws that are known to be exploited and were not told, and the registries in which something changed.
 */
export async function recountFlaws(
  tx: Executor,
  which: "due" | "all",
): Promise<{ exploited: ExploitedFlaw[]; registryIds: string[] }> {
  const isDue = (flaw: Statement): Statement =>
    which === "all" ? sql`true` : sql`${flaw} in (select vulnerability_id from due_flaw)`;
  await emptyTables(tx, "fresh_registry_flaw");
  await fillTable(tx, "fresh_registry_flaw", plainFlaws(isDue(sql`f.vulnerability_id`)));
  await fillTable(tx, "fresh_registry_flaw", combinedFlaws(isDue(sql`c.vulnerability_id`)));
  const exploited = await selectRows(
    z.object({ id: z.bigint(), before: z.number() }),
    sql`select v.id, coalesce((select sum(t.places)::int from flaw_total t where t.vulnerability_id = v.id), 0) as before
          from vulnerability v where v.kev_added_at is not null and v.kev_noticed_at is null and ${isDue(sql`v.id`)}`,
    tx,
  );
  const registryIds = await writeRegistryFlaws(tx, isDue(sql`f.vulnerability_id`));
  await writeTotals(tx, isDue(sql`f.vulnerability_id`));
  return { exploited, registryIds };
}

/** Flaws as their sets have them: each image holds them in one set, so that the places of the sets add up. */
const plainFlaws = (isDue: Statement): Statement => sql`
  select f.registry_id, f.vulnerability_id, max(f.severity_rank), sum(g.live_images)::int, sum(g.live_places)::int,
         (coalesce(sum(g.live_places) filter (where f.fixable = f.open), 0))::int, min(greatest(f.first_matched_at, g.first_live_at))
    from set_flaw f join set_figure g on g.registry_id = f.registry_id and g.set_id = f.set_id and g.live_places > 0
   where f.open > 0 and ${isDue}
     and not exists (select 1 from combined_flaw c where c.vulnerability_id = f.vulnerability_id and c.registry_id = f.registry_id)
   group by f.registry_id, f.vulnerability_id`;

/** Flaws that some place of the registry combines are counted place by place. */
const combinedFlaws = (isDue: Statement): Statement => sql`
  select f.registry_id, f.vulnerability_id, max(f.severity_rank), count(distinct f.digest)::int, count(*)::int,
         (count(*) filter (where f.fixable = f.open))::int, min(f.first_seen_at)
    from (select distinct c.registry_id, c.vulnerability_id from combined_flaw c where ${isDue}) k
    join place_flaw f on f.registry_id = k.registry_id and f.vulnerability_id = k.vulnerability_id
   where f.open > 0 and f.retired_at is null
   group by f.registry_id, f.vulnerability_id`;

async function writeRegistryFlaws(tx: Executor, isDue: Statement): Promise<string[]> {
  const rows = await selectRows(
    z.object({ id: z.string() }),
    sql`with stored as (select f.* from registry_flaw f where ${isDue}),
        differing as materialized (
          select coalesce(n.registry_id, o.registry_id) as registry_id, coalesce(n.vulnerability_id, o.vulnerability_id) as vulnerability_id,
                 n.severity_rank, n.images, n.places, n.fixable_places, n.first_affected_at, o.images is null as is_new, n.images is null as is_gone
            from fresh_registry_flaw n full join stored o on o.registry_id = n.registry_id and o.vulnerability_id = n.vulnerability_id
           where (n.severity_rank, n.images, n.places, n.fixable_places, n.first_affected_at)
                 is distinct from (o.severity_rank, o.images, o.places, o.fixable_places, o.first_affected_at)),
        gone as (
          delete from registry_flaw r using differing d where d.is_gone and r.registry_id = d.registry_id and r.vulnerability_id = d.vulnerability_id),
        altered as (
          update registry_flaw r set severity_rank = d.severity_rank, images = d.images, places = d.places, fixable_places = d.fixable_places,
            first_affected_at = d.first_affected_at
            from differing d where not d.is_gone and not d.is_new and r.registry_id = d.registry_id and r.vulnerability_id = d.vulnerability_id),
        brought as (
          insert into registry_flaw (registry_id, vulnerability_id, severity_rank, images, places, fixable_places, first_affected_at)
          select registry_id, vulnerability_id, severity_rank, images, places, fixable_places, first_affected_at from differing where is_new)
        select distinct registry_id as id from differing`,
    tx,
  );
  return rows.map((row) => row.id);
}

async function writeTotals(tx: Executor, isDue: Statement): Promise<void> {
  await execute(
    sql`with fresh as (
          select r.is_demo, f.vulnerability_id, v.severity_rank, v.kev_added_at is not null as is_exploited, v.epss, sum(f.images)::int as images,
                 sum(f.places)::int as places, sum(f.fixable_places)::int as fixable_places, count(*)::int as registries,
                 min(f.first_affected_at) as first_affected_at
            from fresh_registry_flaw f join registry r on r.id = f.registry_id join vulnerability v on v.id = f.vulnerability_id
           group by r.is_demo, f.vulnerability_id, v.id),
        stored as (select f.* from flaw_total f where ${isDue}),
        differing as materialized (
          select coalesce(n.is_demo, o.is_demo) as demo, coalesce(n.vulnerability_id, o.vulnerability_id) as flaw, n.*, n.images is null as is_gone
            from fresh n full join stored o on o.is_demo = n.is_demo and o.vulnerability_id = n.vulnerability_id
           where (n.severity_rank, n.is_exploited, n.epss, n.images, n.places, n.fixable_places, n.registries, n.first_affected_at)
                 is distinct from (o.severity_rank, o.is_exploited, o.epss, o.images, o.places, o.fixable_places, o.registries, o.first_affected_at)),
        gone as (
          delete from flaw_total t using differing d where d.is_gone and t.is_demo = d.demo and t.vulnerability_id = d.flaw)
        insert into flaw_total (is_demo, vulnerability_id, severity_rank, is_exploited, epss, images, places, fixable_places, registries, first_affected_at)
        select is_demo, vulnerability_id, severity_rank, is_exploited, epss, images, places, fixable_places, registries, first_affected_at
          from differing where not is_gone
        on conflict (is_demo, vulnerability_id) do update set severity_rank = excluded.severity_rank, is_exploited = excluded.is_exploited,
          epss = excluded.epss, images = excluded.images, places = excluded.places, fixable_places = excluded.fixable_places,
          registries = excluded.registries, first_affected_at = excluded.first_affected_at`,
    tx,
  );
}

/** Carries over what the list of flaws sorts by, after an import changed severities or probabilities. */
export async function carrySortKeys(executor: Executor): Promise<void> {
  await execute(
    sql`update flaw_total t set severity_rank = v.severity_rank, is_exploited = v.kev_added_at is not null, epss = v.epss
          from vulnerability v where v.id = t.vulnerability_id
           and (t.severity_rank, t.is_exploited, t.epss) is distinct from (v.severity_rank, v.kev_added_at is not null, v.epss)`,
    executor,
  );
}
