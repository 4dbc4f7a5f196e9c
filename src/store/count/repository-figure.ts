import { type Executor, execute, sql } from "#store/sql.ts";

/**
 * Writes what the row of a repository shows: the figures of its worst live image, and over all live images their number, the open
 * findings, and how many are not assessed.
 */
export async function recountRepositories(
  executor: Executor,
  repositories: readonly { registryId: string; repositoryId: string }[],
): Promise<void> {
  if (repositories.length === 0) return;
  await execute(
    sql`with wanted as materialized (
          select * from unnest(${repositories.map((r) => r.registryId)}::uuid[], ${repositories.map((r) => r.repositoryId)}::uuid[])
            as w (registry_id, id)),
        place as materialized (
          select w.registry_id, w.id, f.placement_id, coalesce(f.posture, 'unknown') as posture, coalesce(f.findings, 0) as findings, p.digest,
                 coalesce(f.critical, 0) as critical, coalesce(f.high, 0) as high, coalesce(f.medium, 0) as medium, coalesce(f.low, 0) as low,
                 coalesce(f.unrated, 0) as unrated, coalesce(f.fixable, 0) as fixable, coalesce(f.kev, 0) as kev, coalesce(f.risk, 0) as risk
            from wanted w join placement p on p.registry_id = w.registry_id and p.repository_id = w.id and p.retired_at is null
            left join place_figure f on f.registry_id = p.registry_id and f.placement_id = p.id),
        summed as (
          select registry_id, id, count(*)::int as image_count, sum(findings)::int as findings,
                 (count(*) filter (where posture = 'unknown'))::int as not_assessed from place group by registry_id, id),
        worst as (
          select distinct on (registry_id, id) * from place order by registry_id, id, risk desc, low desc, unrated desc, placement_id),
        tagged as (
          select w.registry_id, w.id, count(*)::int as tag_count from wanted w
            join tag t on t.registry_id = w.registry_id and t.repository_id = w.id and t.retired_at is null group by w.registry_id, w.id)
        update repository r set image_count = coalesce(s.image_count, 0), findings = coalesce(s.findings, 0),
          not_assessed = coalesce(s.not_assessed, 0), critical = coalesce(x.critical, 0), high = coalesce(x.high, 0),
          medium = coalesce(x.medium, 0), low = coalesce(x.low, 0), unrated = coalesce(x.unrated, 0), fixable = coalesce(x.fixable, 0),
          kev = coalesce(x.kev, 0), risk = coalesce(x.risk, 0), worst_digest = x.digest, tag_count = coalesce(t.tag_count, 0)
          from wanted w left join summed s using (registry_id, id) left join worst x using (registry_id, id)
          left join tagged t using (registry_id, id)
         where r.registry_id = w.registry_id and r.id = w.id`,
    executor,
  );
}
