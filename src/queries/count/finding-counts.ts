import { z } from "zod";
import type { ImagePlace } from "#queries/image/image-place.ts";
import { digestValue } from "#queries/list/columns.ts";
import { selectFirst, sql } from "#store/sql.ts";

/** Live figures of one place, each from the same view that its list reads. Severities, fixable and kev count open findings. */
export const FindingCounts = z.object({
  open: z.number().int(),
  critical: z.number().int(),
  high: z.number().int(),
  medium: z.number().int(),
  low: z.number().int(),
  unrated: z.number().int(),
  fixable: z.number().int(),
  kev: z.number().int(),
  hidden: z.number().int(),
  exempt: z.number().int(),
});
export type FindingCounts = z.infer<typeof FindingCounts>;

/** Counts the findings of a place. `low` includes informational ones, as everywhere. */
export async function findingCounts(
  place: Pick<ImagePlace, "registryId" | "repositoryId" | "digest" | "platform">,
): Promise<FindingCounts> {
  const row = await selectFirst(
    FindingCounts,
    sql`select count(*) filter (where f.state = 'open')::int as open,
               count(*) filter (where f.state = 'open' and f.severity_rank = 5)::int as critical,
               count(*) filter (where f.state = 'open' and f.severity_rank = 4)::int as high,
               count(*) filter (where f.state = 'open' and f.severity_rank = 3)::int as medium,
               count(*) filter (where f.state = 'open' and f.severity_rank in (1, 2))::int as low,
               count(*) filter (where f.state = 'open' and f.severity_rank = 0)::int as unrated,
               count(*) filter (where f.state = 'open' and f.fixed_version is not null)::int as fixable,
               count(*) filter (where f.state = 'open' and v.kev_added_at is not null)::int as kev,
               count(*) filter (where f.state = 'hidden')::int as hidden,
               count(*) filter (where f.state = 'exempt')::int as exempt
          from placement_finding f
          join vulnerability v on v.id = f.vulnerability_id
         where f.registry_id = ${place.registryId} and f.repository_id = ${place.repositoryId}
           and f.digest = ${digestValue(place.digest)} and f.platform = ${place.platform}`,
  );
  return (
    row ??
    FindingCounts.parse({
      open: 0,
      critical: 0,
      high: 0,
      medium: 0,
      low: 0,
      unrated: 0,
      fixable: 0,
      kev: 0,
      hidden: 0,
      exempt: 0,
    })
  );
}
