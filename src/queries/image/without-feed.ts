import { sql } from "#store/sql.ts";

/**
 * Ecosystems of the packages of image `i` that no live source of advisories covers, as a text array: why it is unknown although it
 * was read. The demo's source counts for the demo's images alone.
 */
export const withoutFeed = sql`array(
  select distinct u.key from image_set m join package_set k on k.registry_id = m.registry_id and k.id = m.set_id
    join registry owner on owner.id = m.registry_id cross join lateral unnest(k.feed_keys) as u (key)
   where m.registry_id = i.registry_id and m.digest = i.digest
     and not exists (select 1 from live_ecosystem l where l.ecosystem = u.key and (l.is_real or owner.is_demo)) order by u.key)`;
