import { wantedImages } from "#store/count/counters.ts";
import type { ImageKey } from "#store/image/image-scan.ts";
import { type Executor, execute, sql } from "#store/sql.ts";

/**
 * Applies the exemptions in force to the findings that these images have now, so that a new push or a new match is exempt
 * in the same transaction that brings it. Rows that exist stay as they are.
 */
export async function applyExemptions(executor: Executor, images: readonly ImageKey[]): Promise<number> {
  if (images.length === 0) return 0;
  return execute(
    sql`insert into exempted_finding (root_id, placement_id, vulnerability_id, package_version_id, exemption_id)
        select distinct on (f.registry_id, f.placement_id, f.vulnerability_id, f.package_version_id)
               f.registry_id, f.placement_id, f.vulnerability_id, f.package_version_id, e.id
          from (${wantedImages(images)}) w
          join exemption e on e.root_id = w.registry_id and e.ended_at is null
               and (e.expires_at is null or e.expires_at > clock_timestamp())
          join vulnerability v on v.key = e.vulnerability_key
          join placement_finding f on f.registry_id = w.registry_id and f.digest = w.digest and f.vulnerability_id = v.id
               and (e.repository_id is null or e.repository_id = f.repository_id)
          join package_version pv on pv.id = f.package_version_id
               and (e.package_name is null or e.package_name in (pv.name, pv.source_name))
         order by f.registry_id, f.placement_id, f.vulnerability_id, f.package_version_id, e.created_at
        on conflict do nothing`,
    executor,
  );
}
