import { z } from "zod";
import { bytesToDigest } from "#domain/digest.ts";
import { severities } from "#domain/severity.ts";
import { type Executor, selectRows, sql } from "#store/sql.ts";
import type { ImageKey } from "./image-scan.ts";
import { wantedImages } from "./wanted-images.ts";

const Row = z.object({
  registryId: z.string(),
  digest: z.instanceof(Uint8Array).transform(bytesToDigest),
  scanState: z.string(),
  scanReason: z.string().nullable(),
  isScanned: z.boolean(),
  osState: z.string(),
  osName: z.string(),
  endOfLifeAt: z.string().nullable(),
  completeness: z.enum(["complete", "partial"]).nullable(),
  worst: z.enum(severities).nullable(),
  isExploited: z.boolean(),
  withoutFeed: z.array(z.string()),
  isCounted: z.boolean(),
  hasPackages: z.boolean(),
});

/** What the verdicts of these images rest on, from the rows that scans and counts wrote. Read it after counting. */
export function imageStandings(executor: Executor, images: readonly ImageKey[]): Promise<z.infer<typeof Row>[]> {
  if (images.length === 0) return Promise.resolve([]);
  return selectRows(
    Row,
    sql`with live as materialized (select * from live_ecosystem)
        select i.registry_id as "registryId", i.digest, i.scan_state as "scanState", i.scan_reason as "scanReason",
               i.scanned_at is not null as "isScanned", i.os_state as "osState",
               coalesce(i.os ->> 'name', i.os ->> 'id', 'its distribution') as "osName",
               to_char(i.end_of_life_at at time zone 'utc', 'YYYY-MM-DD') as "endOfLifeAt", i.completeness,
               case when f.critical > 0 then 'critical' when f.high > 0 then 'high' when f.medium > 0 then 'medium'
                    when f.unrated > 0 then 'unknown' when f.low > 0 then 'low' end as worst,
               coalesce(f.kev > 0, false) as "isExploited", coalesce(s.without, '{}') as "withoutFeed",
               coalesce(s.is_counted, false) as "isCounted", i.package_count > 0 as "hasPackages"
          from (${wantedImages(images)}) w join image i on i.registry_id = w.registry_id and i.digest = w.digest
          left join image_figure f on f.registry_id = i.registry_id and f.digest = i.digest
          left join (
            select w.registry_id, w.digest, bool_and(g.set_id is not null and k.feed_keys is not null) as is_counted,
                   array_agg(distinct e.key order by e.key) filter (where e.key is not null) as without
              from (${wantedImages(images)}) w
              join registry r on r.id = w.registry_id
              join image_set m on m.registry_id = w.registry_id and m.digest = w.digest
              join package_set k on k.registry_id = m.registry_id and k.id = m.set_id
              left join set_figure g on g.registry_id = m.registry_id and g.set_id = m.set_id
              left join lateral (
                select u.key from unnest(k.feed_keys) as u (key)
                 where not exists (select 1 from live l where l.ecosystem = u.key and (l.is_real or r.is_demo))) e on true
             group by w.registry_id, w.digest) s on s.registry_id = i.registry_id and s.digest = i.digest
         order by i.registry_id, i.digest`,
    executor,
  );
}
