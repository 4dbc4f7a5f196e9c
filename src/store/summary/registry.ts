import { type Statement, sql } from "#store/sql.ts";

/**
 * The rows of registries in the Containers list: posture of their live images, the distinct vulnerabilities that are open in them
 * (`findings` counts the findings), and the flaw that matters most. `findings_exempt` counts vulnerabilities that are exempt in
 * some live image.
 */
export const registrySummary = (ids: readonly string[]): Statement => sql`
  select r.id as root_id, r.name, regexp_replace(r.url, '^https?://([^/]+).*$', '\\1') as detail,
    coalesce(r.owner, default_owner()) as owner, r.environment, r.state, r.state_reason,
    coalesce((r.settings ->> 'reconcileMinutes')::int, 15) * 60 as expected_interval_seconds, 'images' as contents_unit, r.is_demo,
    risk_of(coalesce(t.critical, 0), coalesce(t.high, 0), coalesce(t.medium, 0), coalesce(t.kev, 0)) as risk,
    (${worstFlaw}) as worst,
    coalesce(t.critical, 0) as critical, coalesce(t.high, 0) as high, coalesce(t.medium, 0) as medium, coalesce(t.low, 0) as low,
    coalesce(t.unrated, 0) as unrated, coalesce(t.fixable, 0) as fixable, coalesce(t.kev, 0) as kev, coalesce(i.findings, 0) as findings, coalesce(e.exempt, 0) as findings_exempt,
    coalesce(i.healthy, 0) as images_healthy, coalesce(i.unhealthy, 0) as images_unhealthy, coalesce(i.unknown, 0) as images_unknown,
    0 as controls_healthy, 0 as controls_unhealthy, 0 as controls_unknown, 0 as controls_not_applicable, 0 as controls_exempt,
    0 as controls_critical, 0 as controls_high, 0 as controls_medium, 0 as controls_low,
    coalesce(i.total, 0) as contents_count, coalesce(n.total, 0) as repository_count,
    greatest(r.last_event_at, r.last_reconciled_at,
      (select max(m.scanned_at) from image m where m.registry_id = r.id)) as last_data_at
    from registry r
    left join (
      select f.registry_id, (count(*) filter (where f.is_lead))::int as total,
        (count(*) filter (where f.is_lead and f.posture = 'healthy'))::int as healthy,
        (count(*) filter (where f.is_lead and f.posture = 'unhealthy'))::int as unhealthy,
        (count(*) filter (where f.is_lead and f.posture = 'unknown'))::int as unknown, sum(f.findings)::int as findings
        from place_figure f where f.registry_id = any(${ids}::uuid[]) and f.is_live group by f.registry_id) i on i.registry_id = r.id
    left join (
      select x.registry_id, count(distinct x.vulnerability_id)::int as exempt from (
        select f.registry_id, f.vulnerability_id from set_flaw f
          join set_figure g on g.registry_id = f.registry_id and g.set_id = f.set_id and g.live_places > 0
         where f.registry_id = any(${ids}::uuid[]) and f.exempt > 0
        union all
        select c.registry_id, c.vulnerability_id from combined_flaw c
          join placement l on l.registry_id = c.registry_id and l.id = c.placement_id and l.retired_at is null
         where c.registry_id = any(${ids}::uuid[]) and c.exempt > 0) x group by x.registry_id) e on e.registry_id = r.id
    left join (
      select f.registry_id, (count(*) filter (where f.severity_rank = 5))::int as critical,
        (count(*) filter (where f.severity_rank = 4))::int as high, (count(*) filter (where f.severity_rank = 3))::int as medium,
        (count(*) filter (where f.severity_rank in (1, 2)))::int as low, (count(*) filter (where f.severity_rank = 0))::int as unrated,
        (count(*) filter (where f.fixable_places = f.places))::int as fixable,
        (count(*) filter (where f.vulnerability_id in (select v.id from vulnerability v where v.kev_added_at is not null)))::int as kev
        from registry_flaw f where f.registry_id = any(${ids}::uuid[]) group by f.registry_id) t on t.registry_id = r.id
    left join (
      select re.registry_id, (count(*) filter (where re.retired_at is null))::int as total from repository re
       where re.registry_id = any(${ids}::uuid[]) group by re.registry_id) n on n.registry_id = r.id
   where r.id = any(${ids}::uuid[]) and r.deleted_at is null`;

/** Of the registry `r` the open flaw to look at first: exploited, then rated worst, then in most images. */
const worstFlaw = sql`
  select jsonb_build_object('vulnerabilityKey', v.key, 'packageName', (
           select min(pv.source_name) from set_flaw f
             join set_figure g on g.registry_id = f.registry_id and g.set_id = f.set_id and g.live_places > 0
             join package_advisory pa on pa.vulnerability_id = f.vulnerability_id and pa.hidden_reason is null
             join set_package sp on sp.package_version_id = pa.package_version_id and sp.registry_id = f.registry_id and sp.set_id = f.set_id
             join package_version pv on pv.id = pa.package_version_id
            where f.vulnerability_id = v.id and f.registry_id = r.id and f.open > 0),
         'severity', (array['unknown', 'informational', 'low', 'medium', 'high', 'critical'])[top.severity_rank + 1],
         'images', top.images, 'kev', v.kev_added_at is not null)
    from (select x.* from (
            (select f.*, true as kev from registry_flaw f where f.registry_id = r.id
                and f.vulnerability_id in (select id from vulnerability where kev_added_at is not null)
              order by f.severity_rank desc, f.images desc fetch first 1 row with ties)
            union all
            (select f.*, false from registry_flaw f where f.registry_id = r.id
              order by f.severity_rank desc, f.images desc fetch first 1 row with ties)) x
            join vulnerability k on k.id = x.vulnerability_id
           order by x.kev desc, x.severity_rank desc, x.images desc, k.key limit 1) top
    join vulnerability v on v.id = top.vulnerability_id`;
