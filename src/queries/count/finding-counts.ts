import { z } from "zod";
import type { ImagePlace } from "#queries/image/image-place.ts";
import { digestValue } from "#queries/list/columns.ts";
import { selectFirst, sql } from "#store/sql.ts";

const DistinctCounts = z.object({
  open: z.number().int(),
  critical: z.number().int(),
  high: z.number().int(),
  medium: z.number().int(),
  low: z.number().int(),
  unrated: z.number().int(),
  fixable: z.number().int(),
  kev: z.number().int(),
});

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
  /** The same in distinct vulnerabilities: each with its worst open severity, fixable when all its open findings have a fix. */
  vulnerabilities: DistinctCounts,
});
export type FindingCounts = z.infer<typeof FindingCounts>;

/** Counts the findings of a place. `low` includes informational ones, as everywhere. */
export async function findingCounts(
  place: Pick<ImagePlace, "registryId" | "repositoryId" | "digest" | "platform">,
): Promise<FindingCounts> {
  const row = await selectFirst(
    FindingCounts,
    sql`with flaw as (
          select f.vulnerability_id, v.kev_added_at is not null as kev, max(f.severity_rank) filter (where f.state = 'open') as worst,
                 count(*) filter (where f.state = 'open') as open, count(*) filter (where f.state = 'open' and f.severity_rank = 5) as critical,
                 count(*) filter (where f.state = 'open' and f.severity_rank = 4) as high,
                 count(*) filter (where f.state = 'open' and f.severity_rank = 3) as medium,
                 count(*) filter (where f.state = 'open' and f.severity_rank in (1, 2)) as low,
                 count(*) filter (where f.state = 'open' and f.severity_rank = 0) as unrated,
                 count(*) filter (where f.state = 'open' and f.fixed_version is not null) as fixable,
                 count(*) filter (where f.state = 'hidden') as hidden, count(*) filter (where f.state = 'exempt') as exempt
            from placement_finding f join vulnerability v on v.id = f.vulnerability_id
           where f.registry_id = ${place.registryId} and f.repository_id = ${place.repositoryId}
             and f.digest = ${digestValue(place.digest)} and f.platform = ${place.platform}
           group by f.vulnerability_id, v.id)
        select ${sum("open")} as open, ${sum("critical")} as critical, ${sum("high")} as high, ${sum("medium")} as medium, ${sum("low")} as low,
               ${sum("unrated")} as unrated, ${sum("fixable")} as fixable, coalesce(sum(open) filter (where kev), 0)::int as kev,
               ${sum("hidden")} as hidden, ${sum("exempt")} as exempt,
               json_build_object('open', count(*) filter (where open > 0), 'critical', count(*) filter (where worst = 5),
                 'high', count(*) filter (where worst = 4), 'medium', count(*) filter (where worst = 3),
                 'low', count(*) filter (where worst in (1, 2)), 'unrated', count(*) filter (where worst = 0),
                 'fixable', count(*) filter (where open > 0 and fixable = open), 'kev', count(*) filter (where open > 0 and kev)) as vulnerabilities
          from flaw`,
  );
  if (!row) throw new Error("an aggregate returned no row");
  return row;
}

const sums = {
  open: sql`coalesce(sum(open), 0)::int`,
  critical: sql`coalesce(sum(critical), 0)::int`,
  high: sql`coalesce(sum(high), 0)::int`,
  medium: sql`coalesce(sum(medium), 0)::int`,
  low: sql`coalesce(sum(low), 0)::int`,
  unrated: sql`coalesce(sum(unrated), 0)::int`,
  fixable: sql`coalesce(sum(fixable), 0)::int`,
  hidden: sql`coalesce(sum(hidden), 0)::int`,
  exempt: sql`coalesce(sum(exempt), 0)::int`,
};
const sum = (name: keyof typeof sums) => sums[name];
