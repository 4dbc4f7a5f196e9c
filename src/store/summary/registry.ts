import { type Statement, sql } from "#store/sql.ts";

/**
 * The rows of registries in the Containers list: posture from their live images (`image_posture`), figures from their
 * repositories, and the flaw that matters most.
 */
export const registrySummary = (ids: readonly string[]): Statement => sql`
  select r.id as root_id, r.name, regexp_replace(r.url, '^https?://([^/]+).*$', '\\1') as detail,
    coalesce(r.owner, default_owner()) as owner, r.environment, r.state, r.state_reason,
    coalesce((r.settings ->> 'reconcileMinutes')::int, 15) * 60 as expected_interval_seconds, 'images' as contents_unit, r.is_demo,
    risk_of(coalesce(t.critical, 0), coalesce(t.high, 0), coalesce(t.medium, 0), coalesce(t.kev, 0)) as risk,
    (${worstFlaw}) as worst,
    coalesce(t.critical, 0) as critical, coalesce(t.high, 0) as high, coalesce(t.medium, 0) as medium, coalesce(t.low, 0) as low,
    coalesce(t.unrated, 0) as unrated, coalesce(t.fixable, 0) as fixable, coalesce(t.kev, 0) as kev, coalesce(e.exempt, 0) as findings_exempt,
    coalesce(i.healthy, 0) as images_healthy, coalesce(i.unhealthy, 0) as images_unhealthy, coalesce(i.unknown, 0) as images_unknown,
    0 as controls_healthy, 0 as controls_unhealthy, 0 as controls_unknown, 0 as controls_not_applicable, 0 as controls_exempt,
    0 as controls_critical, 0 as controls_high, 0 as controls_medium, 0 as controls_low,
    coalesce(i.total, 0) as contents_count, coalesce(t.total, 0) as repository_count,
    greatest(r.last_event_at, r.last_reconciled_at, i.scanned_at) as last_data_at
    from registry r
    left join (
      select live.registry_id, count(*)::int as total, (count(*) filter (where posture = 'healthy'))::int as healthy,
        (count(*) filter (where posture = 'unhealthy'))::int as unhealthy, (count(*) filter (where posture = 'unknown'))::int as unknown,
        max(scanned_at) as scanned_at
        from (select distinct i.registry_id, i.digest, i.scanned_at,
                image_posture(i.scan_state, i.os_state, i.completeness, i.critical, i.high, i.medium, i.unrated, i.kev) as posture
                from placement p join image i on i.registry_id = p.registry_id and i.digest = p.digest
               where p.registry_id = any(${ids}::uuid[]) and p.retired_at is null) live group by live.registry_id) i on i.registry_id = r.id
    left join (
      select p.registry_id, sum(p.exempt)::int as exempt from placement p
       where p.registry_id = any(${ids}::uuid[]) and p.retired_at is null group by p.registry_id) e on e.registry_id = r.id
    left join (
      select re.registry_id, (count(*) filter (where re.retired_at is null))::int as total, sum(re.critical)::int as critical,
        sum(re.high)::int as high, sum(re.medium)::int as medium, sum(re.low)::int as low, sum(re.unrated)::int as unrated,
        sum(re.fixable)::int as fixable, sum(re.kev)::int as kev from repository re
       where re.registry_id = any(${ids}::uuid[]) group by re.registry_id) t on t.registry_id = r.id
   where r.id = any(${ids}::uuid[]) and r.deleted_at is null`;

/** Of the registry `r` the open flaw to look at first: exploited, then rated worst, then in most images. */
const worstFlaw = sql`
  select jsonb_build_object('vulnerabilityKey', v.key, 'packageName', min(pv.source_name), 'severity', top.severity,
           'images', count(distinct f.digest), 'kev', v.kev_added_at is not null)
    from (select f.vulnerability_id, f.severity, f.severity_rank from open_finding f join vulnerability v on v.id = f.vulnerability_id
           where f.registry_id = r.id
           group by f.vulnerability_id, f.severity, f.severity_rank, v.kev_added_at, v.key
           order by v.kev_added_at is not null desc, f.severity_rank desc, count(distinct f.digest) desc, v.key limit 1) top
    join vulnerability v on v.id = top.vulnerability_id
    join open_finding f on f.registry_id = r.id and f.vulnerability_id = top.vulnerability_id
    join package_version pv on pv.id = f.package_version_id
   group by v.key, v.kev_added_at, top.severity`;
