import { z } from "zod";
import { type Executor, execute, selectFirst, sql } from "#store/sql.ts";
import { emptyTables, fillTable } from "./work-tables.ts";

/**
 * Combines, for every place of the images in `due_image`, the flaws that are not simply those of its sets: a narrow exemption
 * touches them, or several sets of the image hold them. They are left in `fresh_combined`; flaws whose combination changed are
 * added to `due_flaw`. Returns whether there are any.
 */
export async function recountCombinedFlaws(tx: Executor): Promise<boolean> {
  await emptyTables(tx, "fresh_combined");
  const exempt = await fillTable(tx, "fresh_combined", touchedByExemption);
  const row = await selectFirst(
    z.object({ any: z.boolean() }),
    sql`select exists (select 1 from shared_flaw) as any`,
    tx,
  );
  const shared = row?.any ? await fillTable(tx, "fresh_combined", heldBySeveralSets) : 0;
  await writeDifferences(tx);
  return exempt + shared > 0;
}

const touchedByExemption = sql`
  select f.registry_id, f.placement_id, f.vulnerability_id, coalesce(max(f.severity_rank) filter (where f.state = 'open'), -1),
         (count(*) filter (where f.state = 'open'))::int, (count(*) filter (where f.state = 'open' and f.fixed_version is not null))::int,
         (count(*) filter (where f.state = 'hidden'))::int, (count(*) filter (where f.state = 'exempt'))::int,
         min(f.first_matched_at) filter (where f.state = 'open')
    from (select distinct e.root_id, e.placement_id, e.vulnerability_id from due_image d
            join placement p on p.registry_id = d.registry_id and p.digest = d.digest
            join exempted_finding e on e.root_id = p.registry_id and e.placement_id = p.id) t
    join placement_finding f on f.registry_id = t.root_id and f.placement_id = t.placement_id and f.vulnerability_id = t.vulnerability_id
   group by f.registry_id, f.placement_id, f.vulnerability_id`;

const heldBySeveralSets = sql`
  with due as materialized (
    select distinct s.registry_id, s.set_id from due_image d join image_set s on s.registry_id = d.registry_id and s.digest = d.digest),
  held as materialized (
    select f.* from due join set_flaw f on f.registry_id = due.registry_id and f.set_id = due.set_id
      join shared_flaw h on h.registry_id = f.registry_id and h.vulnerability_id = f.vulnerability_id),
  several as materialized (
    select s.registry_id, s.digest, f.vulnerability_id, max(f.severity_rank) as severity_rank, sum(f.open)::int as open,
           sum(f.fixable)::int as fixable, sum(f.hidden)::int as hidden, sum(f.exempt)::int as exempt, min(f.first_matched_at) as first_matched_at
      from due_image d join image_set s on s.registry_id = d.registry_id and s.digest = d.digest
      join held f on f.registry_id = s.registry_id and f.set_id = s.set_id
     group by s.registry_id, s.digest, f.vulnerability_id having count(*) > 1)
  select p.registry_id, p.id, x.vulnerability_id, x.severity_rank, x.open, x.fixable, x.hidden, x.exempt, x.first_matched_at
    from several x join placement p on p.registry_id = x.registry_id and p.digest = x.digest
   where not exists (select 1 from fresh_combined c
                      where c.registry_id = p.registry_id and c.placement_id = p.id and c.vulnerability_id = x.vulnerability_id)`;

async function writeDifferences(tx: Executor): Promise<void> {
  await execute(
    sql`with stored as (
          select c.* from due_image d join placement p on p.registry_id = d.registry_id and p.digest = d.digest
            join combined_flaw c on c.registry_id = p.registry_id and c.placement_id = p.id),
        differing as materialized (
          select coalesce(n.registry_id, o.registry_id) as registry_id, coalesce(n.placement_id, o.placement_id) as placement_id,
                 coalesce(n.vulnerability_id, o.vulnerability_id) as vulnerability_id, n.severity_rank, n.open, n.fixable, n.hidden, n.exempt,
                 n.first_matched_at, o.placement_id is null as is_new, n.placement_id is null as is_gone
            from fresh_combined n full join stored o
              on o.registry_id = n.registry_id and o.placement_id = n.placement_id and o.vulnerability_id = n.vulnerability_id
           where (n.severity_rank, n.open, n.fixable, n.hidden, n.exempt, n.first_matched_at)
                 is distinct from (o.severity_rank, o.open, o.fixable, o.hidden, o.exempt, o.first_matched_at)),
        gone as (
          delete from combined_flaw c using differing f where f.is_gone and c.registry_id = f.registry_id
             and c.placement_id = f.placement_id and c.vulnerability_id = f.vulnerability_id),
        altered as (
          update combined_flaw c set severity_rank = f.severity_rank, open = f.open, fixable = f.fixable, hidden = f.hidden,
            exempt = f.exempt, first_matched_at = f.first_matched_at
            from differing f where not f.is_gone and not f.is_new and c.registry_id = f.registry_id
             and c.placement_id = f.placement_id and c.vulnerability_id = f.vulnerability_id),
        brought as (
          insert into combined_flaw (registry_id, placement_id, vulnerability_id, severity_rank, open, fixable, hidden, exempt, first_matched_at)
          select registry_id, placement_id, vulnerability_id, severity_rank, open, fixable, hidden, exempt, first_matched_at
            from differing where is_new on conflict do nothing)
        insert into due_flaw select distinct vulnerability_id from differing`,
    tx,
  );
}
