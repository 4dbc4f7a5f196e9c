import { z } from "zod";
import { imageRules } from "#domain/image-rules.ts";
import { links } from "#domain/links.ts";
import { Severity, severityRank } from "#domain/severity.ts";
import { askForRecount } from "#store/count/dirty-marks.ts";
import { addOpenedClosed } from "#store/count/metric-day.ts";
import { addNotices, type NewNotice, noticeThreshold } from "#store/notice/notice.ts";
import { enqueue } from "#store/queue/queue.ts";
import { packagesText } from "#store/registry/arrival.ts";
import { type Executor, execute, selectRows, sql } from "#store/sql.ts";

/** An import that brings a registry more new flaws than this makes one notice that counts them. */
const MOST_NOTICES_PER_IMPORT = 50;

/**
 * Tells what changed in the matches of stored packages to everything that is derived from them: marks the images and flaws for
 * counting, appends to the history of each image what was introduced and fixed without a push, and makes notices. Every
 * change is told once, however often and by whomever this is called. Returns true when there was something to tell.
 */
export async function spreadMatchChanges(tx: Executor): Promise<boolean> {
  if (!(await hasChanges(tx))) return false;
  await takeChanges(tx);
  await markTold(tx);
  await appendImageHistory(tx);
  await countOpenedClosed(tx);
  await noticeIntroduced(tx);
  await enqueue("end-exemptions", {}, { executor: tx, key: "changed", priority: "push" });
  return true;
}

async function hasChanges(tx: Executor): Promise<boolean> {
  const [row] = await selectRows(
    z.object({ found: z.boolean() }),
    sql`select exists (select 1 from package_change) or exists (select 1 from package_advisory_history where not is_told) as found`,
    tx,
  );
  return row?.found ?? false;
}

/** Moves what is untold into two tables of this transaction. A match that went in or out of hiding was introduced or fixed. */
async function takeChanges(tx: Executor): Promise<void> {
  await execute(
    sql`create temporary table if not exists told_package (package_version_id bigint) on commit delete rows`,
    tx,
  );
  await execute(
    sql`create temporary table if not exists told_change (package_version_id bigint, vulnerability_id bigint, import_id uuid, change text)
        on commit delete rows`,
    tx,
  );
  await execute(
    sql`with taken as (delete from package_change returning package_version_id)
        insert into told_package select package_version_id from taken`,
    tx,
  );
  await execute(
    sql`with told as (update package_advisory_history set is_told = true where not is_told
          returning package_version_id, vulnerability_id, import_id, change, before ->> 'hiddenReason' as was_hidden,
                    after ->> 'hiddenReason' as is_hidden)
        insert into told_change select package_version_id, vulnerability_id, import_id,
          case when change = 'new' and is_hidden is null then 'introduced'
               when change = 'resolved' and was_hidden is null then 'fixed'
               when change = 'changed' and was_hidden is not null and is_hidden is null then 'introduced'
               when change = 'changed' and was_hidden is null and is_hidden is not null then 'fixed'
               else 'other' end from told`,
    tx,
  );
}

async function markTold(tx: Executor): Promise<void> {
  await execute(
    sql`insert into dirty_mark (scope, key, cause)
        select * from (
          select 'image', i.registry_id || '/sha256:' || encode(i.digest, 'hex') as key, 'advisories'
            from (select distinct s.registry_id, s.set_id from set_package s
                   where s.package_version_id in (select package_version_id from told_package
                                                  union select package_version_id from told_change)) s
            join image_set i on i.registry_id = s.registry_id and i.set_id = s.set_id
           group by i.registry_id, i.digest
           -- Images of one set side by side: counting takes marks in their order and counts a set once for all of them.
           order by i.registry_id, min(s.set_id)) images
        union all
        select 'vulnerability', id::text, 'advisories' from (
          select vulnerability_id as id from told_change
          union select a.vulnerability_id from told_package t join package_advisory a on a.package_version_id = t.package_version_id) v`,
    tx,
  );
  await askForRecount(tx);
}

/** One entry per image and import. The status itself may follow with an entry of its own, once the image is counted. */
async function appendImageHistory(tx: Executor): Promise<void> {
  await execute(
    sql`insert into status_history (root_id, at, id, resource_id, rule_id, from_status, to_status, cause, cause_ref, detail)
        select i.registry_id, clock_timestamp(), gen_random_uuid(), 'sha256:' || encode(i.digest, 'hex'), ${imageRules.vulnerabilities},
               coalesce(a.status, 'unknown'), coalesce(a.status, 'unknown'), 'advisories', i.import_id::text,
               jsonb_build_object('introduced', i.introduced, 'fixed', i.fixed)
          from (select s.registry_id, s.digest, c.import_id, count(*) filter (where c.change = 'introduced') as introduced,
                       count(*) filter (where c.change = 'fixed') as fixed
                  from told_change c join set_package sp on sp.package_version_id = c.package_version_id
                  join image_set s on s.registry_id = sp.registry_id and s.set_id = sp.set_id
                 where c.change in ('introduced', 'fixed') group by s.registry_id, s.digest, c.import_id) i
          left join assessment a on a.root_id = i.registry_id
               and a.id = assessment_id(${imageRules.vulnerabilities}, 'sha256:' || encode(i.digest, 'hex'))`,
    tx,
  );
}

async function countOpenedClosed(tx: Executor): Promise<void> {
  const rows = await selectRows(
    z.object({ registryId: z.string(), opened: z.number(), closed: z.number() }),
    sql`select p.registry_id as "registryId", (count(*) filter (where c.change = 'introduced'))::int as opened,
               (count(*) filter (where c.change = 'fixed'))::int as closed
          from told_change c join set_package sp on sp.package_version_id = c.package_version_id
          join image_set s on s.registry_id = sp.registry_id and s.set_id = sp.set_id
          join placement p on p.registry_id = s.registry_id and p.digest = s.digest and p.retired_at is null
         where c.change in ('introduced', 'fixed') group by p.registry_id`,
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

async function noticeIntroduced(tx: Executor): Promise<void> {
  const threshold = await noticeThreshold(tx);
  const rows = await selectRows(
    Introduced,
    sql`with opened as (
          select f.registry_id, f.repository_id, f.vulnerability_id, count(distinct f.digest)::int as images,
                 max(f.severity_rank) as severity_rank, min(f.package_version_id) as package_version_id, min(c.import_id::text) as import_id
            from told_change c
            join open_finding f on f.package_version_id = c.package_version_id and f.vulnerability_id = c.vulnerability_id
           where c.change = 'introduced' and f.severity_rank >= ${severityRank[threshold]}
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
  const byRegistry = Map.groupBy(rows, (row) => row.registryId);
  await addNotices(tx, [...byRegistry.values()].flatMap(noticesOfRegistry));
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
