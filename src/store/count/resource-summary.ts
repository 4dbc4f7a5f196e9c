import { type Executor, execute, sql } from "#store/sql.ts";

/**
 * Writes the one row that the Containers list shows for each registry: words and state from the registry, posture from its
 * live images (`image_posture`), figures from its repositories, and the flaw that matters most. The row of a registry that was
 * disconnected is removed. `exempt` counts findings, `healthy`, `unhealthy` and `unknown` count images.
 */
export async function recountRegistries(executor: Executor, registryIds: readonly string[]): Promise<void> {
  if (registryIds.length === 0) return;
  const ids = [...new Set(registryIds)].sort();
  await execute(
    sql`delete from resource_summary s where s.root_id = any(${ids}::uuid[]) and s.kind = 'registry'
        and not exists (select 1 from registry r where r.id = s.root_id and r.deleted_at is null)`,
    executor,
  );
  await execute(
    sql`with wanted as (select * from registry where id = any(${ids}::uuid[]) and deleted_at is null),
        live as (
          select distinct i.registry_id, i.digest, i.scanned_at,
            image_posture(i.scan_state, i.os_state, i.completeness, i.critical, i.high, i.medium, i.unrated, i.kev) as posture
            from wanted r join placement p on p.registry_id = r.id and p.retired_at is null
            join image i on i.registry_id = p.registry_id and i.digest = p.digest),
        images as (
          select registry_id, count(*)::int as total, (count(*) filter (where posture = 'healthy'))::int as healthy,
            (count(*) filter (where posture = 'unhealthy'))::int as unhealthy, (count(*) filter (where posture = 'unknown'))::int as unknown,
            max(scanned_at) as scanned_at from live group by registry_id),
        exempted as (
          select p.registry_id, sum(p.exempt)::int as exempt from wanted r
            join placement p on p.registry_id = r.id and p.retired_at is null group by p.registry_id),
        repositories as (
          select re.registry_id, (count(*) filter (where re.retired_at is null))::int as total, sum(re.critical)::int as critical,
            sum(re.high)::int as high, sum(re.medium)::int as medium, sum(re.low)::int as low, sum(re.unrated)::int as unrated,
            sum(re.fixable)::int as fixable, sum(re.kev)::int as kev from wanted r join repository re on re.registry_id = r.id
           group by re.registry_id)
        insert into resource_summary (root_id, kind, name, detail, owner, environment, state, state_reason, risk, critical, high, medium,
          low, unrated, healthy, unhealthy, unknown, exempt, fixable, kev, worst, contents_count, contents_unit, repository_count,
          last_data_at, expected_interval_seconds, updated_at, is_demo)
        select r.id, 'registry', r.name, regexp_replace(r.url, '^https?://([^/]+).*$', '\\1'), r.owner, r.environment, r.state, r.state_reason,
          risk_of(coalesce(t.critical, 0), coalesce(t.high, 0), coalesce(t.medium, 0), coalesce(t.kev, 0)),
          coalesce(t.critical, 0), coalesce(t.high, 0), coalesce(t.medium, 0), coalesce(t.low, 0), coalesce(t.unrated, 0),
          coalesce(i.healthy, 0), coalesce(i.unhealthy, 0), coalesce(i.unknown, 0), coalesce(e.exempt, 0), coalesce(t.fixable, 0),
          coalesce(t.kev, 0), worst.value, coalesce(i.total, 0), 'images', coalesce(t.total, 0),
          greatest(r.last_event_at, r.last_reconciled_at, i.scanned_at), coalesce((r.settings ->> 'reconcileMinutes')::int, 15) * 60,
          now(), r.is_demo
          from wanted r left join images i on i.registry_id = r.id left join exempted e on e.registry_id = r.id
          left join repositories t on t.registry_id = r.id
          left join lateral (
            select jsonb_build_object('vulnerabilityKey', v.key, 'packageName', min(pv.source_name), 'severity', top.severity,
                     'images', count(distinct f.digest), 'kev', v.kev_added_at is not null) as value
              from (select f.vulnerability_id, f.severity, f.severity_rank from open_finding f join vulnerability v on v.id = f.vulnerability_id
                     where f.registry_id = r.id
                     group by f.vulnerability_id, f.severity, f.severity_rank, v.kev_added_at, v.key
                     order by v.kev_added_at is not null desc, f.severity_rank desc, count(distinct f.digest) desc, v.key limit 1) top
              join vulnerability v on v.id = top.vulnerability_id
              join open_finding f on f.registry_id = r.id and f.vulnerability_id = top.vulnerability_id
              join package_version pv on pv.id = f.package_version_id
             group by v.key, v.kev_added_at, top.severity) worst on true
        on conflict (root_id) do update set kind = excluded.kind, name = excluded.name, detail = excluded.detail, owner = excluded.owner,
          environment = excluded.environment, state = excluded.state, state_reason = excluded.state_reason, risk = excluded.risk,
          critical = excluded.critical, high = excluded.high, medium = excluded.medium, low = excluded.low, unrated = excluded.unrated,
          healthy = excluded.healthy, unhealthy = excluded.unhealthy, unknown = excluded.unknown, exempt = excluded.exempt,
          fixable = excluded.fixable, kev = excluded.kev, worst = excluded.worst, contents_count = excluded.contents_count,
          contents_unit = excluded.contents_unit, repository_count = excluded.repository_count,
          last_data_at = greatest(resource_summary.last_data_at, excluded.last_data_at),
          expected_interval_seconds = excluded.expected_interval_seconds,
          updated_at = excluded.updated_at, is_demo = excluded.is_demo`,
    executor,
  );
}
