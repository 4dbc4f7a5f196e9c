import { z } from "zod";
import { digestToBytes } from "#domain/digest.ts";
import type { ImageKey } from "#store/image/image-scan.ts";
import { type Executor, execute, type Statement, selectRows, sql } from "#store/sql.ts";

/** Counts over matches named `f`; `isOpen` says which of them. The few exploited flaws are looked up in a hash, not joined. */
const openCounts = (isOpen: Statement) => sql`
  (count(*) filter (where ${isOpen} and f.severity_rank = 5))::int as critical,
  (count(*) filter (where ${isOpen} and f.severity_rank = 4))::int as high,
  (count(*) filter (where ${isOpen} and f.severity_rank = 3))::int as medium,
  (count(*) filter (where ${isOpen} and f.severity_rank in (1, 2)))::int as low,
  (count(*) filter (where ${isOpen} and f.severity_rank = 0))::int as unrated,
  (count(*) filter (where ${isOpen} and f.fixed_version is not null))::int as fixable,
  (count(*) filter (where ${isOpen} and f.vulnerability_id in (select id from vulnerability where kev_added_at is not null)))::int as kev`;

/**
 * Counts, set-wise, every place of the given images and then the images themselves. A place counts the rows of
 * `placement_finding` by state, also when it is retired (it keeps its own figures but is in no sum); informational flaws are
 * counted as low. An image carries the figures of its worst live place. Rows that did not change are not written.
 *
 * Images share package sets (a base image's packages are one set of a hundred images), so each set is counted once and the
 * figures of a place are the sums of its sets less what is exempt there. The planner takes these joins for far smaller than
 * they are and would compute them once per place; `materialized` forbids it.
 */
export async function recountImages(executor: Executor, images: readonly ImageKey[]): Promise<void> {
  if (images.length === 0) return;
  const wanted = wantedImages(images);
  await execute(
    sql`with wanted as materialized (${wanted}),
        held as materialized (
          select s.registry_id, s.digest, s.set_id from wanted w
            join image_set s on s.registry_id = w.registry_id and s.digest = w.digest),
        of_set as materialized (
          select sp.registry_id, sp.set_id, ${openCounts(sql`f.hidden_reason is null`)},
            (count(*) filter (where f.hidden_reason is not null))::int as hidden
            from (select distinct registry_id, set_id from held) h
            join set_package sp on sp.registry_id = h.registry_id and sp.set_id = h.set_id
            join package_advisory f on f.package_version_id = sp.package_version_id
           group by sp.registry_id, sp.set_id),
        of_image as materialized (
          select h.registry_id, h.digest, sum(c.critical)::int as critical, sum(c.high)::int as high, sum(c.medium)::int as medium,
            sum(c.low)::int as low, sum(c.unrated)::int as unrated, sum(c.fixable)::int as fixable, sum(c.kev)::int as kev,
            sum(c.hidden)::int as hidden
            from held h join of_set c on c.registry_id = h.registry_id and c.set_id = h.set_id
           group by h.registry_id, h.digest),
        with_exemption as materialized (
          select p.registry_id, p.id, p.digest from wanted w
            join placement p on p.registry_id = w.registry_id and p.digest = w.digest
            join exempted_finding e on e.root_id = p.registry_id and e.placement_id = p.id
          union
          select p.registry_id, p.id, p.digest from held h
            join (select distinct sp.registry_id, sp.set_id from exempted_package x
                    join set_package sp on sp.registry_id = x.root_id and sp.package_version_id = x.package_version_id) x
                 on x.registry_id = h.registry_id and x.set_id = h.set_id
            join placement p on p.registry_id = h.registry_id and p.digest = h.digest),
        exempted as materialized (
          select f.registry_id, f.placement_id, ${openCounts(sql`f.state = 'exempt'`)},
            (count(*) filter (where f.state = 'exempt'))::int as exempt
            from with_exemption x join placement_finding f on f.registry_id = x.registry_id and f.digest = x.digest and f.placement_id = x.id
           group by f.registry_id, f.placement_id),
        target as (
          select p.registry_id, p.id, coalesce(c.critical, 0) - coalesce(x.critical, 0) as critical,
            coalesce(c.high, 0) - coalesce(x.high, 0) as high, coalesce(c.medium, 0) - coalesce(x.medium, 0) as medium,
            coalesce(c.low, 0) - coalesce(x.low, 0) as low, coalesce(c.unrated, 0) - coalesce(x.unrated, 0) as unrated,
            coalesce(c.fixable, 0) - coalesce(x.fixable, 0) as fixable, coalesce(c.kev, 0) - coalesce(x.kev, 0) as kev,
            coalesce(c.hidden, 0) as hidden, coalesce(x.exempt, 0) as exempt
            from wanted w join placement p on p.registry_id = w.registry_id and p.digest = w.digest
            left join of_image c on c.registry_id = p.registry_id and c.digest = p.digest
            left join exempted x on x.registry_id = p.registry_id and x.placement_id = p.id)
        update placement p set critical = t.critical, high = t.high, medium = t.medium, low = t.low, unrated = t.unrated,
          fixable = t.fixable, kev = t.kev, hidden = t.hidden, exempt = t.exempt,
          risk = risk_of(t.critical, t.high, t.medium, t.kev), counted_at = now()
          from target t where p.registry_id = t.registry_id and p.id = t.id
           and (p.counted_at is null or (p.critical, p.high, p.medium, p.low, p.unrated, p.fixable, p.kev, p.hidden, p.exempt)
                is distinct from (t.critical, t.high, t.medium, t.low, t.unrated, t.fixable, t.kev, t.hidden, t.exempt))`,
    executor,
  );
  await execute(
    sql`with wanted as (${wanted}),
        worst as (
          select distinct on (p.registry_id, p.digest) p.* from wanted w
            join placement p on p.registry_id = w.registry_id and p.digest = w.digest
           order by p.registry_id, p.digest, p.retired_at is null desc, p.risk desc, p.low desc, p.unrated desc, p.id)
        update image i set critical = w.critical, high = w.high, medium = w.medium, low = w.low, unrated = w.unrated,
          fixable = w.fixable, kev = w.kev, hidden = w.hidden, risk = w.risk, counted_at = now()
          from worst w where i.registry_id = w.registry_id and i.digest = w.digest
           and (i.counted_at is null or (i.critical, i.high, i.medium, i.low, i.unrated, i.fixable, i.kev, i.hidden, i.risk)
                is distinct from (w.critical, w.high, w.medium, w.low, w.unrated, w.fixable, w.kev, w.hidden, w.risk))`,
    executor,
  );
}

/** A `select` of registry_id and digest of these images, for use inside a statement. */
export function wantedImages(images: readonly ImageKey[]): Statement {
  return sql`select distinct w.registry_id, w.digest from unnest(${images.map((image) => image.registryId)}::uuid[],
    ${images.map((image) => Buffer.from(digestToBytes(image.digest)))}::bytea[]) as w (registry_id, digest)`;
}

/** Repositories of these images, for marking them after their images were counted. */
export async function repositoriesOf(
  executor: Executor,
  images: readonly ImageKey[],
): Promise<{ registryId: string; repositoryId: string }[]> {
  return selectRows(
    z.object({ registryId: z.string(), repositoryId: z.string() }),
    sql`select distinct p.registry_id as "registryId", p.repository_id as "repositoryId" from (${wantedImages(images)}) w
        join placement p on p.registry_id = w.registry_id and p.digest = w.digest`,
    executor,
  );
}

/** Every flaw that is matched in these images now, whatever its state. */
export async function vulnerabilitiesOf(executor: Executor, images: readonly ImageKey[]): Promise<bigint[]> {
  const rows = await selectRows(
    z.object({ id: z.bigint() }),
    sql`select distinct pa.vulnerability_id as id from (${wantedImages(images)}) w
        join image_set s on s.registry_id = w.registry_id and s.digest = w.digest
        join set_package sp on sp.registry_id = s.registry_id and sp.set_id = s.set_id
        join package_advisory pa on pa.package_version_id = sp.package_version_id`,
    executor,
  );
  return rows.map((row) => row.id);
}

/** Sums live places into their repositories: the rows of `open_finding` in each, its images, tags and unknown images. */
export async function recountRepositories(
  executor: Executor,
  repositories: readonly { registryId: string; repositoryId: string }[],
): Promise<void> {
  if (repositories.length === 0) return;
  await execute(
    sql`with wanted as (
          select * from unnest(${repositories.map((r) => r.registryId)}::uuid[], ${repositories.map((r) => r.repositoryId)}::uuid[])
            as w (registry_id, id)),
        summed as (
          select w.registry_id, w.id, count(p.id)::int as image_count, coalesce(sum(p.critical), 0)::int as critical,
            coalesce(sum(p.high), 0)::int as high, coalesce(sum(p.medium), 0)::int as medium, coalesce(sum(p.low), 0)::int as low,
            coalesce(sum(p.unrated), 0)::int as unrated, coalesce(sum(p.fixable), 0)::int as fixable, coalesce(sum(p.kev), 0)::int as kev,
            (count(*) filter (where image_posture(i.scan_state, i.os_state, i.completeness, p.critical, p.high, p.medium,
              p.unrated, p.kev) = 'unknown'))::int as not_assessed
            from wanted w
            left join placement p on p.registry_id = w.registry_id and p.repository_id = w.id and p.retired_at is null
            left join image i on i.registry_id = p.registry_id and i.digest = p.digest
           group by w.registry_id, w.id),
        tagged as (
          select w.registry_id, w.id, count(t.name)::int as tag_count from wanted w
            left join tag t on t.registry_id = w.registry_id and t.repository_id = w.id and t.retired_at is null
           group by w.registry_id, w.id)
        update repository r set image_count = s.image_count, critical = s.critical, high = s.high, medium = s.medium, low = s.low,
          unrated = s.unrated, fixable = s.fixable, kev = s.kev,
          not_assessed = case when s.image_count = 0 then 0 else s.not_assessed end,
          risk = risk_of(s.critical, s.high, s.medium, s.kev), tag_count = t.tag_count
          from summed s join tagged t using (registry_id, id) where r.registry_id = s.registry_id and r.id = s.id`,
    executor,
  );
}

const VulnerabilityRow = z.object({ id: z.bigint(), before: z.number(), kev: z.boolean(), noticed: z.boolean() });
export type CountedVulnerability = z.infer<typeof VulnerabilityRow>;

/**
 * Counts where each flaw is open: images, places, and places where a fix exists. Returns, per flaw, the number of places it had
 * before, so that the caller can tell a flaw that became known as exploited from one that arrived with an image.
 */
export async function recountVulnerabilities(
  executor: Executor,
  ids: readonly bigint[],
): Promise<CountedVulnerability[]> {
  if (ids.length === 0) return [];
  return selectRows(
    VulnerabilityRow,
    sql`with old as (
          select id, placement_count, kev_added_at is not null as kev, kev_noticed_at is not null as noticed from vulnerability
           where id = any(${ids}::bigint[]) order by id for update),
        counted as materialized (
          select f.vulnerability_id as id, count(distinct (f.registry_id, f.digest))::int as images,
            count(distinct f.placement_id)::int as placements,
            (count(distinct f.placement_id) filter (where f.fixed_version is not null))::int as fixable, min(f.first_seen_at) as first
            from open_finding f where f.vulnerability_id = any(${ids}::bigint[]) group by f.vulnerability_id),
        written as (
          update vulnerability v set image_count = coalesce(c.images, 0), placement_count = coalesce(c.placements, 0),
            fixable_placement_count = coalesce(c.fixable, 0), first_affected_at = c.first
            from old left join counted c on c.id = old.id
           where v.id = old.id and (v.image_count, v.placement_count, v.fixable_placement_count, v.first_affected_at)
             is distinct from (coalesce(c.images, 0), coalesce(c.placements, 0), coalesce(c.fixable, 0), c.first))
        select id, placement_count as before, kev, noticed from old`,
    executor,
  );
}
