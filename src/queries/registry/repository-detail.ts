import { z } from "zod";
import { clock } from "#clock.ts";
import { AppError } from "#domain/app-error.ts";
import { artifactKindOf, artifactKinds } from "#domain/artifact-kind.ts";
import { requireRole } from "#domain/require-role.ts";
import type { Actor } from "#domain/role.ts";
import { DigestColumn, IsoColumn } from "#queries/list/columns.ts";
import { selectFirst, selectRows, sql } from "#store/sql.ts";
import { RepositoryRow } from "./registry-repositories.ts";

export const RepositoryParams = z.object({ registryId: z.uuid(), repository: z.string().min(1).max(255) });
export type RepositoryParams = z.infer<typeof RepositoryParams>;

const TAGS = 200;

export const TagRow = z.object({
  name: z.string(),
  digest: DigestColumn,
  movedAt: IsoColumn,
  retiredAt: IsoColumn.nullable(),
  retiredReason: z.string().nullable(),
  platforms: z.array(z.string()),
  scanState: z.string().nullable(),
  posture: z.enum(["unhealthy", "healthy", "unknown"]).nullable(),
  critical: z.number(),
  high: z.number(),
  medium: z.number(),
  low: z.number(),
  unrated: z.number(),
  /** Set where the tag names no image: what it is, and the image it is about. */
  artifact: z.enum(artifactKinds).nullable(),
  subject: DigestColumn.nullable(),
});
export type TagRow = z.infer<typeof TagRow>;

export interface RepositoryDetail extends RepositoryRow {
  readAt: string;
  registry: { id: string; name: string; url: string; isDemo: boolean };
  firstSeenAt: string;
  /** Tags, the newest first, retired ones last; at most 200. */
  tags: TagRow[];
  hasMoreTags: boolean;
  /** Scans of this repository that wait or run. */
  scans: { queued: number; running: number };
}

const Row = RepositoryRow.extend({
  firstSeenAt: IsoColumn,
  registryName: z.string(),
  registryUrl: z.string(),
  isDemo: z.boolean(),
  queued: z.number(),
  running: z.number(),
});

/** A repository and its tags. Throws not-found when the registry never had it. */
export async function repositoryDetail(actor: Actor, params: RepositoryParams): Promise<RepositoryDetail> {
  requireRole(actor, "viewer");
  const row = await selectFirst(
    Row,
    sql`select r.id, r.name, r.tag_count as "tagCount", r.image_count as "imageCount", r.last_pushed_at as "lastPushedAt",
               r.critical, r.high, r.medium, r.low, r.unrated, r.fixable, r.kev, r.not_assessed as "notAssessed", r.risk,
               r.retired_at as "retiredAt", r.retired_reason as "retiredReason", r.first_seen_at as "firstSeenAt",
               g.name as "registryName", g.url as "registryUrl", g.is_demo as "isDemo", scans.queued, scans.running
          from repository r join registry g on g.id = r.registry_id and g.deleted_at is null
          cross join lateral (
            select (count(*) filter (where i.scan_state = 'queued'))::int as queued,
                   (count(*) filter (where i.scan_state = 'scanning'))::int as running
              from placement p join image i on i.registry_id = p.registry_id and i.digest = p.digest
             where p.registry_id = r.registry_id and p.repository_id = r.id and p.retired_at is null
               and i.scan_state in ('queued', 'scanning')) scans
         where r.registry_id = ${params.registryId} and r.name = ${params.repository}`,
  );
  if (!row) {
    throw new AppError("not-found", `No repository ${params.repository} was ever seen in this registry.`);
  }
  const { registryName, registryUrl, isDemo, queued, running, ...repository } = row;
  const tags = await readTags(params.registryId, row.id);
  return {
    ...repository,
    readAt: clock.now().toISOString(),
    registry: { id: params.registryId, name: registryName, url: registryUrl, isDemo },
    tags: tags.slice(0, TAGS),
    hasMoreTags: tags.length > TAGS,
    scans: { queued, running },
  };
}

function readTags(registryId: string, repositoryId: string): Promise<TagRow[]> {
  return selectRows(
    TagRow.extend({
      artifact: z
        .string()
        .nullable()
        .transform((type) => (type === null ? null : artifactKindOf(type))),
    }),
    sql`select t.name, t.digest, t.moved_at as "movedAt", t.retired_at as "retiredAt", t.retired_reason as "retiredReason",
               coalesce(p.platforms, '{}') as platforms, p.scan_state as "scanState", p.posture, coalesce(p.critical, 0) as critical,
               coalesce(p.high, 0) as high, coalesce(p.medium, 0) as medium, coalesce(p.low, 0) as low, coalesce(p.unrated, 0) as unrated,
               a.artifact_type as artifact, a.subject_digest as subject
          from (select * from tag where registry_id = ${registryId} and repository_id = ${repositoryId}
                 order by retired_at is not null, moved_at desc, name limit ${TAGS + 1}) t
          left join lateral (
            select array_agg(p.platform order by p.platform) as platforms,
                   (array_agg(i.scan_state order by p.risk desc, p.id))[1] as scan_state,
                   (array_agg(image_posture(i.scan_state, i.os_state, i.completeness, p.critical, p.high, p.medium, p.unrated, p.kev)
                     order by p.risk desc, p.id))[1] as posture,
                   (array_agg(p.critical order by p.risk desc, p.id))[1] as critical, (array_agg(p.high order by p.risk desc, p.id))[1] as high,
                   (array_agg(p.medium order by p.risk desc, p.id))[1] as medium, (array_agg(p.low order by p.risk desc, p.id))[1] as low,
                   (array_agg(p.unrated order by p.risk desc, p.id))[1] as unrated
              from placement p join image i on i.registry_id = p.registry_id and i.digest = p.digest
             where p.registry_id = t.registry_id and p.repository_id = t.repository_id and p.digest = any(images_of(t.registry_id, t.repository_id, t.digest))) p on true
          left join manifest a on a.registry_id = t.registry_id and a.repository_id = t.repository_id and a.digest = t.digest and a.kind = 'other'
         order by t.retired_at is not null, t.moved_at desc, t.name`,
  );
}
