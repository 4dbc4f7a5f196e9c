import { z } from "zod";
import { AppError } from "#domain/app-error.ts";
import { requireRole } from "#domain/require-role.ts";
import type { Actor } from "#domain/role.ts";
import { Severity } from "#domain/severity.ts";
import { ownerCondition } from "#queries/list/owner-filter.ts";
import { OptionalText, TextParam } from "#queries/list/search-params.ts";
import { severityOfRank } from "#queries/list/severity-columns.ts";
import { selectFirst, selectRows, sql } from "#store/sql.ts";
import { countedVerdicts } from "./recommendation-detail.ts";

export const RecommendationUpgradesParams = z.object({
  id: TextParam.pipe(z.string().min(1)),
  /** A name, `@mine` or `@none`. */
  owner: OptionalText,
});

/** Repositories that are looked into: the worst ones first, so that the page never reads a whole estate. */
const REPOSITORIES = 200;
const UPGRADES = 12;

const Upgrade = z.object({
  packageName: z.string(),
  fixedVersion: z.string(),
  severity: Severity,
  kev: z.boolean(),
  vulnerabilities: z.number(),
  images: z.number(),
  repositories: z.number(),
});

export interface RecommendationUpgrades {
  upgrades: z.infer<typeof Upgrade>[];
  /** Repositories that were looked into, of all that are unhealthy. */
  looked: number;
  unhealthy: number;
}

/**
 * The package upgrades that close most in the unhealthy repositories of one owner (or of all): a known exploited flaw first,
 * then the worst severity, then the images that are helped. One row per package and version that fixes it.
 */
export async function recommendationUpgrades(actor: Actor, input: unknown): Promise<RecommendationUpgrades> {
  requireRole(actor, "viewer");
  const { id, owner } = RecommendationUpgradesParams.parse(input);
  const known = await selectFirst(z.object({ engine: z.string() }), sql`select engine from rule where id = ${id}`);
  if (!known) throw new AppError("not-found", `There is no recommendation ${id}.`);
  const repositories = await selectRows(
    z.object({ registryId: z.string(), repositoryId: z.string(), total: z.number() }),
    sql`select e.root_id as "registryId", e.resource_id as "repositoryId", (count(*) over ())::int as total from effective_assessment e
         where ${countedVerdicts(id)} and e.resource_kind = 'repository' and e.status = 'unhealthy' and ${ownerCondition(sql`e.owner`, owner, actor)}
         order by e.severity_rank desc, e.finding_count desc, e.root_id, e.resource_id limit ${REPOSITORIES}`,
  );
  const upgrades = await selectRows(
    Upgrade,
    sql`with wanted as (select * from unnest(${repositories.map((row) => row.registryId)}::uuid[], ${repositories.map((row) => row.repositoryId)}::uuid[])
                          as w (registry_id, repository_id)),
        fixed as materialized (
          select pv.source_name as name, f.fixed_version, f.severity_rank, f.vulnerability_id, f.registry_id, f.repository_id, f.digest,
            v.kev_added_at is not null as kev
            from wanted w join open_finding f on f.registry_id = w.registry_id and f.repository_id = w.repository_id
            join package_version pv on pv.id = f.package_version_id join vulnerability v on v.id = f.vulnerability_id
           where f.fixed_version is not null and exists (
             select 1 from tag t where t.registry_id = f.registry_id and t.repository_id = f.repository_id and t.retired_at is null
                and t.digest = any(manifests_of(f.registry_id, f.repository_id, f.digest))))
        select name as "packageName", fixed_version as "fixedVersion", ${severityOfRank(sql`max(severity_rank)`)} as severity, bool_or(kev) as kev,
          count(distinct vulnerability_id)::int as vulnerabilities, count(distinct (registry_id, digest))::int as images,
          count(distinct (registry_id, repository_id))::int as repositories
          from fixed group by name, fixed_version
         order by bool_or(kev) desc, max(severity_rank) desc, count(distinct (registry_id, digest)) desc, count(distinct vulnerability_id) desc, name, fixed_version
         limit ${UPGRADES}`,
  );
  return { upgrades, looked: repositories.length, unhealthy: repositories[0]?.total ?? 0 };
}
