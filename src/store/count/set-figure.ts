import { type Executor, execute, sql } from "#store/sql.ts";
import { emptyTables, figuresOfFlaws, fillTable } from "./work-tables.ts";

/**
 * Counts the sets in `due_set` from their flaws, and where they are: images and places of today. Writes the rows that differ and
 * keeps in `due_set` only those whose figures changed. The flaws of sets whose places changed are added to `due_flaw`, unless
 * `noteFlaws` is off; with `where` off the places are left as they are stored.
 */
export async function recountSetFigures(tx: Executor, { noteFlaws = true, where = true } = {}): Promise<void> {
  await emptyTables(tx, "fresh_set_figure");
  await fillTable(
    tx,
    "fresh_set_figure",
    sql`select c.*, coalesce(l.images, 0), coalesce(l.places, 0), l.first
          from (select d.registry_id, d.set_id, ${figuresOfFlaws} from due_set d
                  left join set_flaw f on f.registry_id = d.registry_id and f.set_id = d.set_id group by d.registry_id, d.set_id) c
          left join (select d.registry_id, d.set_id, count(distinct p.digest)::int as images, count(*)::int as places, min(p.first_seen_at) as first
                       from due_set d join image_set s on s.registry_id = d.registry_id and s.set_id = d.set_id
                       join placement p on p.registry_id = s.registry_id and p.digest = s.digest and p.retired_at is null
                      group by d.registry_id, d.set_id) l on l.registry_id = c.registry_id and l.set_id = c.set_id`,
  );
  if (!where) await keepPlaces(tx);
  if (noteFlaws) await noteMovedFlaws(tx);
  await emptyTables(tx, "due_set");
  await fillTable(
    tx,
    "due_set",
    sql`select n.registry_id, n.set_id from fresh_set_figure n
          left join set_figure o on o.registry_id = n.registry_id and o.set_id = n.set_id
         where o.set_id is null or (n.critical, n.high, n.medium, n.low, n.unrated, n.fixable, n.kev, n.hidden, n.exempt, n.findings)
               is distinct from (o.critical, o.high, o.medium, o.low, o.unrated, o.fixable, o.kev, o.hidden, o.exempt, o.findings)`,
  );
  await writeFigures(tx);
}

async function keepPlaces(tx: Executor): Promise<void> {
  await execute(sql`update fresh_set_figure set live_images = 0, live_places = 0, first_live_at = null`, tx);
  await execute(
    sql`update fresh_set_figure n set live_images = o.live_images, live_places = o.live_places, first_live_at = o.first_live_at
          from set_figure o where o.registry_id = n.registry_id and o.set_id = n.set_id`,
    tx,
  );
}

async function noteMovedFlaws(tx: Executor): Promise<void> {
  await execute(
    sql`insert into due_flaw select distinct f.vulnerability_id from fresh_set_figure n
          left join set_figure o on o.registry_id = n.registry_id and o.set_id = n.set_id
          join set_flaw f on f.registry_id = n.registry_id and f.set_id = n.set_id
         where (n.live_images, n.live_places, n.first_live_at)
               is distinct from (coalesce(o.live_images, 0), coalesce(o.live_places, 0), o.first_live_at)`,
    tx,
  );
}

async function writeFigures(tx: Executor): Promise<void> {
  await execute(
    sql`update set_figure o set critical = n.critical, high = n.high, medium = n.medium, low = n.low, unrated = n.unrated, fixable = n.fixable,
          kev = n.kev, hidden = n.hidden, exempt = n.exempt, findings = n.findings, live_images = n.live_images, live_places = n.live_places,
          first_live_at = n.first_live_at
          from fresh_set_figure n where o.registry_id = n.registry_id and o.set_id = n.set_id
           and (n.critical, n.high, n.medium, n.low, n.unrated, n.fixable, n.kev, n.hidden, n.exempt, n.findings, n.live_images, n.live_places,
                n.first_live_at) is distinct from (o.critical, o.high, o.medium, o.low, o.unrated, o.fixable, o.kev, o.hidden, o.exempt,
                o.findings, o.live_images, o.live_places, o.first_live_at)`,
    tx,
  );
  await execute(
    sql`insert into set_figure (registry_id, set_id, critical, high, medium, low, unrated, fixable, kev, hidden, exempt, findings,
          live_images, live_places, first_live_at)
        select n.* from fresh_set_figure n
         where not exists (select 1 from set_figure o where o.registry_id = n.registry_id and o.set_id = n.set_id)
        on conflict do nothing`,
    tx,
  );
}
