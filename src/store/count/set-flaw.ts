import { type Executor, execute, type Statement, sql } from "#store/sql.ts";
import { emptyTables, fillTable } from "./work-tables.ts";

// severity_rank -1 = no finding of the flaw is open here.
const states = sql`
  coalesce(max(pa.severity_rank) filter (where pa.hidden_reason is null and w.root_id is null), -1)::smallint,
  (count(*) filter (where pa.hidden_reason is null and w.root_id is null))::int,
  (count(*) filter (where pa.hidden_reason is null and w.root_id is null and pa.fixed_version is not null))::int,
  (count(*) filter (where pa.hidden_reason is not null))::int,
  (count(*) filter (where pa.hidden_reason is null and w.root_id is not null))::int,
  min(pa.first_matched_at) filter (where pa.hidden_reason is null and w.root_id is null)`;
const exempted = sql`left join exempted_package w on w.root_id = sp.registry_id and w.vulnerability_id = pa.vulnerability_id
  and w.package_version_id = pa.package_version_id`;

/**
 * Counts the flaws of every set in `due_set` anew from its packages and writes the rows that differ; they are left in
 * `changed_set_flaw`. Exemptions of a whole registry or wider act here, narrower ones on the place. Returns how many differ.
 */
export async function recountFlawsOfSets(tx: Executor): Promise<number> {
  await emptyTables(tx, "fresh_set_flaw", "changed_set_flaw");
  await fillTable(
    tx,
    "fresh_set_flaw",
    sql`select sp.registry_id, sp.set_id, pa.vulnerability_id, ${states}
          from due_set d join set_package sp on sp.registry_id = d.registry_id and sp.set_id = d.set_id
          join package_advisory pa on pa.package_version_id = sp.package_version_id ${exempted}
         group by sp.registry_id, sp.set_id, pa.vulnerability_id`,
  );
  return writeDifferences(
    tx,
    sql`select f.* from due_set d join set_flaw f on f.registry_id = d.registry_id and f.set_id = d.set_id`,
  );
}

/** As `recountFlawsOfSets` for single flaws of sets, which stand in `due_pair`. */
export async function recountFlawsOfPairs(tx: Executor): Promise<number> {
  await emptyTables(tx, "fresh_set_flaw", "changed_set_flaw");
  await fillTable(
    tx,
    "fresh_set_flaw",
    sql`select d.registry_id, d.set_id, d.vulnerability_id, ${states}
          from (select distinct vulnerability_id from due_pair) v
          join package_advisory pa on pa.vulnerability_id = v.vulnerability_id
          join set_package sp on sp.package_version_id = pa.package_version_id
          join due_pair d on d.registry_id = sp.registry_id and d.set_id = sp.set_id and d.vulnerability_id = pa.vulnerability_id
          ${exempted}
         group by d.registry_id, d.set_id, d.vulnerability_id`,
  );
  return writeDifferences(
    tx,
    sql`select f.* from due_pair d join set_flaw f
          on f.registry_id = d.registry_id and f.set_id = d.set_id and f.vulnerability_id = d.vulnerability_id`,
  );
}

async function writeDifferences(tx: Executor, stored: Statement): Promise<number> {
  const changed = await fillTable(
    tx,
    "changed_set_flaw",
    sql`select coalesce(n.registry_id, o.registry_id), coalesce(n.set_id, o.set_id), coalesce(n.vulnerability_id, o.vulnerability_id),
          n.severity_rank, n.open, n.fixable, n.hidden, n.exempt, n.first_matched_at, o.set_id is null, n.set_id is null
          from fresh_set_flaw n full join (${stored}) o
            on o.registry_id = n.registry_id and o.set_id = n.set_id and o.vulnerability_id = n.vulnerability_id
         where (n.severity_rank, n.open, n.fixable, n.hidden, n.exempt, n.first_matched_at)
               is distinct from (o.severity_rank, o.open, o.fixable, o.hidden, o.exempt, o.first_matched_at)`,
  );
  if (changed === 0) return 0;
  await execute(
    sql`delete from set_flaw f using changed_set_flaw c where c.is_gone and f.registry_id = c.registry_id and f.set_id = c.set_id
          and f.vulnerability_id = c.vulnerability_id`,
    tx,
  );
  await execute(
    sql`update set_flaw f set severity_rank = c.severity_rank, open = c.open, fixable = c.fixable, hidden = c.hidden, exempt = c.exempt,
          first_matched_at = c.first_matched_at
          from changed_set_flaw c where not c.is_gone and not c.is_new and f.registry_id = c.registry_id and f.set_id = c.set_id
           and f.vulnerability_id = c.vulnerability_id`,
    tx,
  );
  // A scan may have counted the same new set in the meantime; its mark lets the rows be counted once more.
  await execute(
    sql`insert into set_flaw (registry_id, set_id, vulnerability_id, severity_rank, open, fixable, hidden, exempt, first_matched_at)
        select registry_id, set_id, vulnerability_id, severity_rank, open, fixable, hidden, exempt, first_matched_at
          from changed_set_flaw where is_new order by registry_id, set_id, vulnerability_id
        on conflict do nothing`,
    tx,
  );
  return changed;
}

const slotOfSet = sql`select registry_id, id as set_id, hashtext(analyser || ' ' || source) as slot from package_set`;

/**
 * Notes the new flaws of `changed_set_flaw` that sets of more than one kind hold in their registry. An image has one set of a
 * kind, so that only such flaws can lie in two sets of one image; one flaw too many here costs time and nothing else.
 */
export async function noteSharedFlaws(tx: Executor): Promise<void> {
  await execute(
    sql`insert into shared_flaw (registry_id, vulnerability_id)
        select f.registry_id, f.vulnerability_id
          from (select distinct c.registry_id, c.vulnerability_id from changed_set_flaw c where c.is_new
                  and not exists (select 1 from shared_flaw s where s.registry_id = c.registry_id and s.vulnerability_id = c.vulnerability_id)) c
          join set_flaw f on f.vulnerability_id = c.vulnerability_id and f.registry_id = c.registry_id
          join (${slotOfSet}) k on k.registry_id = f.registry_id and k.set_id = f.set_id
         group by f.registry_id, f.vulnerability_id having min(k.slot) <> max(k.slot)
        on conflict do nothing`,
    tx,
  );
}

/** As `noteSharedFlaws` for every flaw, by one aggregate. */
export async function noteAllSharedFlaws(tx: Executor): Promise<void> {
  await execute(sql`delete from shared_flaw`, tx);
  await execute(
    sql`insert into shared_flaw (registry_id, vulnerability_id)
        select f.registry_id, f.vulnerability_id from set_flaw f join (${slotOfSet}) k on k.registry_id = f.registry_id and k.set_id = f.set_id
         group by f.registry_id, f.vulnerability_id having min(k.slot) <> max(k.slot)
        on conflict do nothing`,
    tx,
  );
}
