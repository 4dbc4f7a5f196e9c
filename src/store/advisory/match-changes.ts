import { z } from "zod";
import { links } from "#domain/links.ts";
import { Severity, severities, severityRank } from "#domain/severity.ts";
import { addOpenedClosed } from "#store/count/metric-day.ts";
import { addNotices, type NewNotice, noticeThreshold } from "#store/notice/notice.ts";
import { enqueue } from "#store/queue/queue.ts";
import { packagesText } from "#store/registry/arrival.ts";
import { changeOfHistory } from "#store/sql/match-history.ts";
import { type Executor, execute, selectRows, sql } from "#store/sql.ts";

/** An import that brings a registry more new flaws than this makes one notice that counts them. */
const MOST_NOTICES_PER_IMPORT = 50;

/**
 * Takes what changed in the matches of stored packages and was not told yet, into the table `told_change` of this transaction.
 * Every change is taken once, however often and by whomever this is called. Returns whether there was any.
 */
export async function takeMatchChanges(tx: Executor): Promise<boolean> {
  const [row] = await selectRows(
    z.object({ found: z.boolean() }),
    sql`select exists (select 1 from package_change) or exists (select 1 from package_advisory_history where not is_told) as found`,
    tx,
  );
  if (!row?.found) return false;
  await takeChanges(tx);
  return true;
}

/** Tells what `told_change` holds to the day's figures, as notices, and to the exemptions that wait for such a change. */
export async function tellMatchChanges(tx: Executor): Promise<void> {
  await countOpenedClosed(tx);
  await noticeIntroduced(tx);
  await enqueue("end-exemptions", {}, { executor: tx, key: "changed", priority: "push" });
}

/** Moves what is untold into two tables of this transaction. A match that went in or out of hiding was introduced or fixed. */
async function takeChanges(tx: Executor): Promise<void> {
  await execute(
    sql`create temporary table if not exists told_change (package_version_id bigint, vulnerability_id bigint, import_id uuid, change text)
        on commit delete rows`,
    tx,
  );
  await execute(sql`truncate told_change`, tx);
  await execute(sql`delete from package_change`, tx);
  await execute(
    sql`with told as (update package_advisory_history set is_told = true where not is_told
          returning package_version_id, vulnerability_id, import_id, change, before ->> 'hiddenReason' as was_hidden,
                    after ->> 'hiddenReason' as is_hidden)
        insert into told_change select package_version_id, vulnerability_id, import_id, ${changeOfHistory} from told`,
    tx,
  );
  await execute(sql`analyze told_change`, tx);
}

/** By the sets that hold the packages and the live places of these. */
async function countOpenedClosed(tx: Executor): Promise<void> {
  const rows = await selectRows(
    z.object({ registryId: z.string(), opened: z.number(), closed: z.number() }),
    sql`select g.registry_id as "registryId", coalesce(sum(g.live_places * c.opened), 0)::int as opened,
               coalesce(sum(g.live_places * c.closed), 0)::int as closed
          from (select package_version_id, count(*) filter (where change = 'introduced') as opened,
                       count(*) filter (where change = 'fixed') as closed from told_change group by package_version_id) c
          join set_package sp on sp.package_version_id = c.package_version_id
          join set_figure g on g.registry_id = sp.registry_id and g.set_id = sp.set_id and g.live_places > 0
         group by g.registry_id`,
    tx,
  );
  for (const { registryId, opened, closed } of rows) await addOpenedClosed(tx, registryId, { opened, closed });
}

const Introduced = z.object({
  registryId: z.string(),
  isDemo: z.boolean(),
  repositoryId: z.string(),
  repository: z.string(),
  key: z.string(),
  kev: z.boolean(),
  severity: Severity,
  images: z.number(),
  groups: z.number(),
  name: z.string(),
  version: z.string(),
  fixedVersion: z.string().nullable(),
  importId: z.string().nullable(),
});
type Introduced = z.infer<typeof Introduced>;

const IntroducedFlaws = z.object({
  registryId: z.string(),
  isDemo: z.boolean(),
  flaws: z.number(),
  rank: z.number(),
  keys: z.array(z.string()),
  importId: z.string().nullable(),
});

async function noticeIntroduced(tx: Executor): Promise<void> {
  const threshold = severityRank[await noticeThreshold(tx)];
  const flaws = await selectRows(
    IntroducedFlaws,
    sql`select s.registry_id as "registryId", r.is_demo as "isDemo", count(*)::int as flaws, max(s.severity_rank)::int as rank,
               (array_agg(v.key order by s.severity_rank desc, v.key))[1:5] as keys, min(s.import_id) as "importId"
          from (select h.registry_id, c.vulnerability_id, max(c.severity_rank) as severity_rank, min(c.import_id) as import_id
                  from (select c.package_version_id, c.vulnerability_id, pa.severity_rank, min(c.import_id::text) as import_id
                          from told_change c join package_advisory pa on pa.package_version_id = c.package_version_id
                           and pa.vulnerability_id = c.vulnerability_id and pa.hidden_reason is null and pa.severity_rank >= ${threshold}
                         where c.change = 'introduced' group by c.package_version_id, c.vulnerability_id, pa.severity_rank) c
                  join (select distinct sp.package_version_id, sp.registry_id
                          from (select distinct package_version_id from told_change where change = 'introduced') p
                          join set_package sp on sp.package_version_id = p.package_version_id
                          join set_figure g on g.registry_id = sp.registry_id and g.set_id = sp.set_id and g.live_places > 0) h
                    on h.package_version_id = c.package_version_id
                 where not exists (select 1 from exempted_package x where x.root_id = h.registry_id
                                     and x.vulnerability_id = c.vulnerability_id and x.package_version_id = c.package_version_id)
                 group by h.registry_id, c.vulnerability_id) s
          join registry r on r.id = s.registry_id and r.deleted_at is null
          join vulnerability v on v.id = s.vulnerability_id
         group by s.registry_id, r.is_demo`,
    tx,
  );
  const many = flaws.filter((row) => row.flaws > MOST_NOTICES_PER_IMPORT);
  const few = flaws.filter((row) => row.flaws <= MOST_NOTICES_PER_IMPORT).map((row) => row.registryId);
  const byRegistry = Map.groupBy(await introducedPlaces(tx, few, threshold), (row) => row.registryId);
  await addNotices(tx, [...many.map(noticeOfMany), ...[...byRegistry.values()].flatMap(noticesOfRegistry)]);
}

function introducedPlaces(tx: Executor, registryIds: readonly string[], threshold: number): Promise<Introduced[]> {
  if (registryIds.length === 0) return Promise.resolve([]);
  return selectRows(
    Introduced,
    sql`with opened as (
          select f.registry_id, f.repository_id, f.vulnerability_id, count(distinct f.digest)::int as images,
                 max(f.severity_rank) as severity_rank, min(f.package_version_id) as package_version_id, min(c.import_id::text) as import_id
            from told_change c
            join open_finding f on f.package_version_id = c.package_version_id and f.vulnerability_id = c.vulnerability_id
           where c.change = 'introduced' and f.severity_rank >= ${threshold} and f.registry_id = any(${registryIds}::uuid[])
           group by f.registry_id, f.repository_id, f.vulnerability_id),
        ranked as (
          select *, count(*) over (partition by registry_id)::int as groups,
                 row_number() over (partition by registry_id order by severity_rank desc, vulnerability_id, repository_id) as place from opened)
        select o.registry_id as "registryId", r.is_demo as "isDemo", o.repository_id as "repositoryId", re.name as repository, v.key,
               v.kev_added_at is not null as kev, a.severity, o.images, o.groups, pv.name, pv.version,
               a.fixed_version as "fixedVersion", o.import_id as "importId"
          from ranked o join registry r on r.id = o.registry_id and r.deleted_at is null
          join repository re on re.registry_id = o.registry_id and re.id = o.repository_id
          join vulnerability v on v.id = o.vulnerability_id
          join package_version pv on pv.id = o.package_version_id
          join package_advisory a on a.package_version_id = o.package_version_id and a.vulnerability_id = o.vulnerability_id
         where o.place <= ${MOST_NOTICES_PER_IMPORT} order by o.registry_id, o.place`,
    tx,
  );
}

function noticeOfMany(row: z.infer<typeof IntroducedFlaws>): NewNotice {
  return {
    rootId: row.registryId,
    kind: "new-findings",
    dedupeKey: `import:${row.importId ?? "match"}`,
    severity: severities.find((severity) => severityRank[severity] === row.rank) ?? "high",
    title: `New advisories bring ${row.flaws} vulnerabilities to this registry`,
    detail: `The worst are ${row.keys.join(", ")}. Nothing was pushed.`,
    href: links.registry(row.registryId),
    count: row.flaws,
    isDemo: row.isDemo,
  };
}

function noticesOfRegistry(rows: Introduced[]): NewNotice[] {
  const [worst] = rows;
  if (!worst) return [];
  if (worst.groups > MOST_NOTICES_PER_IMPORT) {
    const named = [...new Set(rows.map((row) => row.key))].slice(0, 5);
    return [
      {
        rootId: worst.registryId,
        kind: "new-findings",
        dedupeKey: `import:${worst.importId ?? "match"}`,
        severity: worst.severity,
        title: `New advisories touch this registry in ${worst.groups} ${worst.groups === 1 ? "place" : "places"}`,
        detail: `Each place is a repository and a vulnerability. The worst are ${named.join(", ")}. Nothing was pushed.`,
        href: links.registry(worst.registryId),
        count: worst.groups,
        isDemo: worst.isDemo,
      },
    ];
  }
  return rows.map((row) => ({
    rootId: row.registryId,
    kind: "new-findings",
    dedupeKey: `new:${row.repositoryId}:${row.key}`,
    severity: row.severity,
    title: `${row.key} in ${row.repository}`,
    detail: `${packagesText([row])}. A new advisory found it in ${row.images} ${row.images === 1 ? "image" : "images"}.${row.kev ? " Known to be exploited." : ""}`,
    href: links.vulnerability(row.key),
    count: row.images,
    vulnerabilityKey: row.key,
    repositoryId: row.repositoryId,
    isDemo: row.isDemo,
  }));
}
