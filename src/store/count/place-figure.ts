import { z } from "zod";
import { bytesToDigest } from "#domain/digest.ts";
import type { ImageKey } from "#store/image/image-scan.ts";
import { wantedImages } from "#store/image/wanted-images.ts";
import { type Executor, execute, selectFirst, selectRows, sql } from "#store/sql.ts";
import { recountCombinedFlaws } from "./combined-flaw.ts";
import { recountSetFigures } from "./set-figure.ts";
import { noteSharedFlaws, recountFlawsOfSets } from "./set-flaw.ts";
import { emptyTables, figuresOfFlaws, fillTable } from "./work-tables.ts";

/**
 * Counts every place of these images: the sums of its sets, with the flaws that are combined for the place taken out and put back
 * combined. Judges posture and which place stands for the image, and writes the rows that differ. Sets that nobody counted yet are
 * counted first. Returns the images whose posture or worst flaw changed. Leaves the images in `due_image`, and marks the flaws
 * whose combination changed.
 */
export async function recountPlaces(tx: Executor, images: readonly ImageKey[]): Promise<ImageKey[]> {
  await emptyTables(tx, "due_image", "due_set", "due_flaw", "fresh_place");
  await fillTable(tx, "due_image", wantedImages(images));
  await countNewSets(tx);
  const isCombined = await recountCombinedFlaws(tx);
  await markDueFlaws(tx);
  const live = await liveEcosystems(tx);
  const combined = isCombined ? sql`union all ${taken} union all ${added}` : sql``;
  await fillTable(
    tx,
    "fresh_place",
    sql`select c.registry_id, c.placement_id, c.repository_id, c.digest, c.critical, c.high, c.medium, c.low, c.unrated, c.fixable, c.kev,
          c.hidden, c.exempt, c.findings, c.risk, c.posture, c.is_fed, c.is_live,
          row_number() over (partition by c.registry_id, c.digest
            order by c.is_live desc, c.risk desc, c.low desc, c.unrated desc, c.placement_id) = 1
          from (
            select p.registry_id, p.id as placement_id, p.repository_id, p.digest, p.retired_at is null as is_live, f.is_fed, n.critical, n.high,
                   n.medium, n.low, n.unrated, n.fixable, n.kev, n.hidden, n.exempt, n.findings,
                   risk_of(n.critical, n.high, n.medium, n.kev) as risk,
                   image_posture(i.scan_state, i.os_state, i.completeness, f.is_fed, n.critical, n.high, n.medium, n.unrated, n.kev) as posture
              from (
                select registry_id, placement_id, sum(critical)::int as critical, sum(high)::int as high, sum(medium)::int as medium,
                       sum(low)::int as low, sum(unrated)::int as unrated, sum(fixable)::int as fixable, sum(kev)::int as kev,
                       sum(hidden)::int as hidden, sum(exempt)::int as exempt, sum(findings)::int as findings
                  from (${sums} ${combined}) parts group by registry_id, placement_id) n
              join placement p on p.registry_id = n.registry_id and p.id = n.placement_id
              join image i on i.registry_id = p.registry_id and i.digest = p.digest
              join (
                select d.registry_id, d.digest,
                       coalesce(bool_and(g.set_id is not null and s.feed_keys is not null
                         and s.feed_keys <@ case when r.is_demo then ${live.all}::text[] else ${live.real}::text[] end), false) as is_fed
                  from due_image d join registry r on r.id = d.registry_id
                  left join image_set m on m.registry_id = d.registry_id and m.digest = d.digest
                  left join package_set s on s.registry_id = m.registry_id and s.id = m.set_id
                  left join set_figure g on g.registry_id = m.registry_id and g.set_id = m.set_id
                 group by d.registry_id, d.digest) f on f.registry_id = p.registry_id and f.digest = p.digest) c`,
  );
  const changed = await changedImages(tx);
  await writePlaces(tx);
  return changed;
}

const sums = sql`
  select p.registry_id, p.id as placement_id, coalesce(g.critical, 0) as critical, coalesce(g.high, 0) as high, coalesce(g.medium, 0) as medium,
         coalesce(g.low, 0) as low, coalesce(g.unrated, 0) as unrated, coalesce(g.fixable, 0) as fixable, coalesce(g.kev, 0) as kev,
         coalesce(g.hidden, 0) as hidden, coalesce(g.exempt, 0) as exempt, coalesce(g.findings, 0) as findings
    from due_image d join placement p on p.registry_id = d.registry_id and p.digest = d.digest
    left join image_set s on s.registry_id = p.registry_id and s.digest = p.digest
    left join set_figure g on g.registry_id = s.registry_id and g.set_id = s.set_id`;

/** What the sets count of the combined flaws, to be taken out. */
const taken = sql`
  select t.registry_id, t.placement_id, -t.critical, -t.high, -t.medium, -t.low, -t.unrated, -t.fixable, -t.kev, -t.hidden, -t.exempt, -t.findings
    from (select c.registry_id, c.placement_id, ${figuresOfFlaws}
            from fresh_combined c join placement p on p.registry_id = c.registry_id and p.id = c.placement_id
            join image_set s on s.registry_id = p.registry_id and s.digest = p.digest
            join set_flaw f on f.registry_id = s.registry_id and f.set_id = s.set_id and f.vulnerability_id = c.vulnerability_id
            join set_figure g on g.registry_id = s.registry_id and g.set_id = s.set_id
           group by c.registry_id, c.placement_id) t`;

const added = sql`
  select f.registry_id, f.placement_id, ${figuresOfFlaws} from fresh_combined f group by f.registry_id, f.placement_id`;

/** Where these sets are is left to the recount: it sees who commits beside this transaction. */
async function countNewSets(tx: Executor): Promise<void> {
  const sets = await fillTable(
    tx,
    "due_set",
    sql`select distinct s.registry_id, s.set_id from due_image d join image_set s on s.registry_id = d.registry_id and s.digest = d.digest
         where not exists (select 1 from set_figure g where g.registry_id = s.registry_id and g.set_id = s.set_id)`,
  );
  if (sets === 0) return;
  await recountFlawsOfSets(tx);
  await noteSharedFlaws(tx);
  await recountSetFigures(tx, { where: false });
  await execute(
    sql`insert into dirty_mark (scope, key, cause) select 'set', registry_id || '/' || set_id, 'advisories' from due_set`,
    tx,
  );
}

/** Flaws of which a combination changed are counted after this transaction. */
async function markDueFlaws(tx: Executor): Promise<void> {
  await execute(
    sql`insert into dirty_mark (scope, key, cause) select distinct 'flaw', vulnerability_id::text, 'advisories' from due_flaw`,
    tx,
  );
}

/** Ecosystems that somebody watches now: of real images by real feeds, of the demo's images by its own as well. */
async function liveEcosystems(tx: Executor): Promise<{ all: string[]; real: string[] }> {
  const row = await selectFirst(
    z.object({ all: z.array(z.string()), real: z.array(z.string()) }),
    sql`select coalesce(array_agg(ecosystem), '{}') as all, coalesce(array_agg(ecosystem) filter (where is_real), '{}') as real from live_ecosystem`,
    tx,
  );
  return row ?? { all: [], real: [] };
}

/** What a verdict rests on. */
const standing = sql`x.posture, x.is_fed, x.kev > 0 as is_exploited,
  case when x.critical > 0 then 5 when x.high > 0 then 4 when x.medium > 0 then 3 when x.unrated > 0 then 0 when x.low > 0 then 2 end as worst`;

async function changedImages(tx: Executor): Promise<ImageKey[]> {
  const rows = await selectRows(
    z.object({ registryId: z.string(), digest: z.instanceof(Uint8Array) }),
    sql`select n.registry_id as "registryId", n.digest
          from (select x.registry_id, x.digest, ${standing} from fresh_place x where x.is_lead) n
          left join (select x.registry_id, x.digest, ${standing} from due_image d
                       join place_figure x on x.registry_id = d.registry_id and x.digest = d.digest and x.is_lead) o
            on o.registry_id = n.registry_id and o.digest = n.digest
         where (n.posture, n.is_fed, n.is_exploited, n.worst) is distinct from (o.posture, o.is_fed, o.is_exploited, o.worst)`,
    tx,
  );
  return rows.map(({ registryId, digest }) => ({ registryId, digest: bytesToDigest(digest) }));
}

async function writePlaces(tx: Executor): Promise<void> {
  await execute(
    sql`update place_figure o set critical = n.critical, high = n.high, medium = n.medium, low = n.low, unrated = n.unrated, fixable = n.fixable,
          kev = n.kev, hidden = n.hidden, exempt = n.exempt, findings = n.findings, risk = n.risk, posture = n.posture, is_fed = n.is_fed,
          is_live = n.is_live, is_lead = n.is_lead
          from fresh_place n where o.registry_id = n.registry_id and o.placement_id = n.placement_id
           and (n.critical, n.high, n.medium, n.low, n.unrated, n.fixable, n.kev, n.hidden, n.exempt, n.findings, n.posture, n.is_fed, n.is_live,
                n.is_lead) is distinct from (o.critical, o.high, o.medium, o.low, o.unrated, o.fixable, o.kev, o.hidden, o.exempt, o.findings,
                o.posture, o.is_fed, o.is_live, o.is_lead)`,
    tx,
  );
  await execute(
    sql`insert into place_figure (registry_id, placement_id, repository_id, digest, critical, high, medium, low, unrated, fixable, kev,
          hidden, exempt, findings, risk, posture, is_fed, is_live, is_lead)
        select n.* from fresh_place n
         where not exists (select 1 from place_figure o where o.registry_id = n.registry_id and o.placement_id = n.placement_id)
        on conflict do nothing`,
    tx,
  );
}
