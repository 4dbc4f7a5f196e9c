import { type Statement, sql } from "../sql.ts";

/**
 * The place that each of the given places followed, as rows (registry_id, placement_id, previous_id, previous_digest): the image
 * of the same platform that the newest push of it replaced under its tag, else the one that was pushed to the repository before
 * it. A place without predecessor has nulls. `places` is a statement that yields registry_id and placement_id.
 */
export function previousPlaces(places: Statement): Statement {
  return sql`
    select w.registry_id, w.placement_id, previous.id as previous_id, previous.digest as previous_digest
      from (${places}) w
      join placement p on p.registry_id = w.registry_id and p.id = w.placement_id
      left join lateral (
        select o.id, o.digest from (
          select q.id, q.digest, 1 as choice, u.pushed_at as at
            from push u
            join placement q on q.registry_id = u.registry_id and q.repository_id = u.repository_id and q.platform = p.platform
                 and q.digest <> p.digest and q.digest = any(images_of(u.registry_id, u.repository_id, u.previous_digest))
           where u.registry_id = p.registry_id and u.repository_id = p.repository_id and u.digest = any(manifests_of(p.registry_id, p.repository_id, p.digest))
          union all
          (select q.id, q.digest, 2, q.first_seen_at from placement q
            where q.registry_id = p.registry_id and q.repository_id = p.repository_id and q.platform = p.platform
              and q.digest <> p.digest and q.first_seen_at < p.first_seen_at
            order by q.first_seen_at desc limit 1)) o
          join image i on i.registry_id = p.registry_id and i.digest = o.digest and i.scanned_at is not null
         order by o.choice, o.at desc, o.id limit 1) previous on true`;
}

/**
 * What came and went between pairs of places, as rows (registry_id, placement_id, change, vulnerability_id, package_version_id,
 * severity_rank) with change `introduced` or `fixed`. An open finding counts as introduced when the other place has no open
 * finding of that flaw in a package of that type and name, so a mere version change is neither. `pairs` yields registry_id,
 * placement_id and previous_id; pairs without predecessor give no rows.
 */
export function findingChanges(pairs: Statement): Statement {
  const side = (id: "placement_id" | "previous_id"): Statement => sql`
    select pair.registry_id, pair.placement_id, f.vulnerability_id, f.package_version_id, f.severity_rank, v.type, v.name
      from pair join placement_finding f on f.registry_id = pair.registry_id
           and f.placement_id = ${id === "placement_id" ? sql`pair.placement_id` : sql`pair.previous_id`} and f.state = 'open'
      join package_version v on v.id = f.package_version_id`;
  const missing = (other: Statement): Statement => sql`
    not exists (select 1 from ${other} o where o.registry_id = n.registry_id and o.placement_id = n.placement_id
      and o.vulnerability_id = n.vulnerability_id and o.type = n.type and o.name = n.name)`;
  return sql`
    with pair as materialized (select * from (${pairs}) given where given.previous_id is not null),
    now_open as materialized (${side("placement_id")}),
    then_open as materialized (${side("previous_id")})
    select n.registry_id, n.placement_id, 'introduced' as change, n.vulnerability_id, n.package_version_id, n.severity_rank
      from now_open n where ${missing(sql`then_open`)}
    union all
    select n.registry_id, n.placement_id, 'fixed', n.vulnerability_id, n.package_version_id, n.severity_rank
      from then_open n where ${missing(sql`now_open`)}`;
}
