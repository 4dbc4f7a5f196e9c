import { z } from "zod";
import { assessmentStatuses } from "#domain/assessment.ts";
import { Severity } from "#domain/severity.ts";
import { type Executor, selectRows, sql } from "#store/sql.ts";

export interface RepositoryKey {
  registryId: string;
  repositoryId: string;
}

const Standing = z.object({
  registryId: z.string(),
  repositoryId: z.string(),
  ruleId: z.string(),
  digest: z.string(),
  tags: z.array(z.string()),
  platform: z.string(),
  status: z.enum([...assessmentStatuses, "exempt"]),
  severity: Severity,
  reason: z.string().nullable(),
});
export type TaggedImageStanding = z.infer<typeof Standing>;

/**
 * How the live tagged images of these repositories stand under each rule for images. A tag on an index reaches the platform
 * images below it. An image that was never judged under a rule is unknown under it.
 */
export function taggedImageStandings(
  executor: Executor,
  repositories: readonly RepositoryKey[],
  ruleIds: readonly string[],
): Promise<TaggedImageStanding[]> {
  return selectRows(
    Standing,
    sql`with wanted as (select distinct * from unnest(${repositories.map((one) => one.registryId)}::uuid[],
                          ${repositories.map((one) => one.repositoryId)}::uuid[]) as w (registry_id, repository_id)),
        tagged as materialized (
          select t.registry_id, t.repository_id, t.name, t.moved_at, t.digest from wanted w
            join tag t on t.registry_id = w.registry_id and t.repository_id = w.repository_id and t.retired_at is null
          union all
          select t.registry_id, t.repository_id, t.name, t.moved_at, m.image_digest from wanted w
            join tag t on t.registry_id = w.registry_id and t.repository_id = w.repository_id and t.retired_at is null
            join manifest_image m on m.registry_id = t.registry_id and m.repository_id = t.repository_id and m.digest = t.digest),
        live as materialized (
          select p.registry_id, p.repository_id, p.digest, p.platform, 'sha256:' || encode(p.digest, 'hex') as resource_id, n.tags
            from (select registry_id, repository_id, digest, (array_agg(name order by moved_at desc, name))[1:5] as tags
                    from tagged group by registry_id, repository_id, digest) n
            join placement p on p.registry_id = n.registry_id and p.repository_id = n.repository_id and p.digest = n.digest
             and p.retired_at is null)
        select l.registry_id as "registryId", l.repository_id as "repositoryId", r.id as "ruleId", l.resource_id as digest, l.tags, l.platform,
          coalesce(effective_status(a.status, a.confirmed_status, a.exemption_id), 'unknown') as status,
          coalesce(a.severity, 'unknown') as severity, coalesce(a.reason, 'Not assessed yet') as reason
          from live l cross join unnest(${[...ruleIds]}::text[]) as r (id)
          left join assessment a on a.root_id = l.registry_id and a.id = assessment_id(r.id, l.resource_id)`,
    executor,
  );
}

/** Those of these repositories that are live, so that what is gone gets no verdict. */
export async function liveRepositories(
  executor: Executor,
  repositories: readonly RepositoryKey[],
): Promise<RepositoryKey[]> {
  return selectRows(
    z.object({ registryId: z.string(), repositoryId: z.string() }),
    sql`select distinct re.registry_id as "registryId", re.id as "repositoryId"
          from unnest(${repositories.map((one) => one.registryId)}::uuid[], ${repositories.map((one) => one.repositoryId)}::uuid[])
            as w (registry_id, repository_id)
          join repository re on re.registry_id = w.registry_id and re.id = w.repository_id and re.retired_at is null
          join registry g on g.id = re.registry_id and g.deleted_at is null`,
    executor,
  );
}
