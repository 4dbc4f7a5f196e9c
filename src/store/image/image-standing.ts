import { z } from "zod";
import { bytesToDigest } from "#domain/digest.ts";
import { severities } from "#domain/severity.ts";
import { wantedImages } from "#store/count/counters.ts";
import { type Executor, selectRows, sql } from "#store/sql.ts";
import type { ImageKey } from "./image-scan.ts";

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
});

/** What the verdicts of these images rest on, from the rows that scans and counts wrote. Read it after counting. */
export function imageStandings(executor: Executor, images: readonly ImageKey[]): Promise<z.infer<typeof Row>[]> {
  if (images.length === 0) return Promise.resolve([]);
  return selectRows(
    Row,
    sql`select i.registry_id as "registryId", i.digest, i.scan_state as "scanState", i.scan_reason as "scanReason",
               i.scanned_at is not null as "isScanned", i.os_state as "osState",
               coalesce(i.os ->> 'name', i.os ->> 'id', 'its distribution') as "osName",
               to_char(i.end_of_life_at at time zone 'utc', 'YYYY-MM-DD') as "endOfLifeAt", i.completeness,
               case when i.critical > 0 then 'critical' when i.high > 0 then 'high' when i.medium > 0 then 'medium'
                    when i.unrated > 0 then 'unknown' when i.low > 0 then 'low' end as worst,
               i.kev > 0 as "isExploited", array[]::text[] as "withoutFeed"
          from (${wantedImages(images)}) w join image i on i.registry_id = w.registry_id and i.digest = w.digest
         order by i.registry_id, i.digest`,
    executor,
  );
}
