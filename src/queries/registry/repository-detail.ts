import { z } from "zod";
import { clock } from "#clock.ts";
import { AppError } from "#domain/app-error.ts";
import { artifactKindOf, artifactKinds } from "#domain/artifact-kind.ts";
import { requireRole } from "#domain/require-role.ts";
import type { Actor } from "#domain/role.ts";
import { DigestColumn, IsoColumn } from "#queries/list/columns.ts";
import { TextParam } from "#queries/list/search-params.ts";
import { selectFirst, selectRows, sql } from "#store/sql.ts";
import { RepositoryRow, worstDigest } from "./registry-repositories.ts";

export const RepositoryParams = z.object({
  registryId: z.uuid(),
  repository: TextParam.pipe(z.string().min(1).max(255)),
});
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

const DistinctVulnerabilities = z.object({
  open: z.number(),
  critical: z.number(),
  high: z.number(),
  medium: z.number(),
  low: z.number(),
  unrated: z.number(),
  fixable: z.number(),
  kev: z.number(),
});
export type DistinctVulnerabilities = z.infer<typeof DistinctVulnerabilities>;

export interface RepositoryDetail extends RepositoryRow {
  readAt: string;
  registry: { id: string; name: string; url: string; isDemo: boolean };
  firstSeenAt: string;
  /** Distinct vulnerabilities that are open in its live images. */
  vulnerabilities: DistinctVulnerabilities;
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
               r.findings, ${worstDigest}, r.retired_at as "retiredAt", r.retired_reason as "retiredReason", r.owner,
               r.owner_source as "ownerSource", r.first_seen_at as "firstSeenAt",
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
  const [tags, vulnerabilities] = await Promise.all([
    readTags(params.registryId, row.id),
    readVulnerabilities(params.registryId, row.id),
  ]);
  return {
    ...repository,
    readAt: clock.now().toISOString(),
    registry: { id: params.registryId, name: registryName, url: registryUrl, isDemo },
    vulnerabilities,
    tags: tags.slice(0, TAGS),
    hasMoreTags: tags.length > TAGS,
    scans: { queued, running },
  };
}

/** Each flaw once, with its worst open severity; fixable when all its open findings here have a fix. Sets are read once, however many images share them. */
async function readVulnerabilities(registryId: string, repositoryId: string): Promise<DistinctVulnerabilities> {
  const row = await selectFirst(
    DistinctVulnerabilities,
    sql`with place as materialized (
          select p.registry_id, p.id, p.digest from placement p
           where p.registry_id = ${registryId} and p.repository_id = ${repositoryId} and p.retired_at is null),
        held as materialized (
          select distinct s.registry_id, s.set_id from place p join image_set s on s.registry_id = p.registry_id and s.digest = p.digest),
        combined as materialized (
          select c.* from place p join combined_flaw c on c.registry_id = p.registry_id and c.placement_id = p.id),
        plain as (
          select f.vulnerability_id, f.severity_rank, f.open, f.fixable from held h
            join set_flaw f on f.registry_id = h.registry_id and f.set_id = h.set_id and f.open > 0
           where f.vulnerability_id not in (select vulnerability_id from combined)
          union all
          select f.vulnerability_id, f.severity_rank, f.open, f.fixable from place p
            join image_set s on s.registry_id = p.registry_id and s.digest = p.digest
            join set_flaw f on f.registry_id = s.registry_id and f.set_id = s.set_id and f.open > 0
             and f.vulnerability_id in (select vulnerability_id from combined)
           where not exists (select 1 from combined c where c.placement_id = p.id and c.vulnerability_id = f.vulnerability_id)
          union all
          select vulnerability_id, severity_rank, open, fixable from combined where open > 0),
        flaw as (select vulnerability_id, max(severity_rank) as worst, bool_and(fixable = open) as fixable from plain group by vulnerability_id)
        select count(*)::int as open, (count(*) filter (where worst = 5))::int as critical, (count(*) filter (where worst = 4))::int as high,
               (count(*) filter (where worst = 3))::int as medium, (count(*) filter (where worst in (1, 2)))::int as low,
               (count(*) filter (where worst = 0))::int as unrated, (count(*) filter (where fixable))::int as fixable,
               (count(*) filter (where vulnerability_id in (select id from vulnerability where kev_added_at is not null)))::int as kev
          from flaw`,
  );
  if (!row) throw new Error("an aggregate returned no row");
  return row;
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
            select *, array_agg(platform) over (order by platform rows between unbounded preceding and unbounded following) as platforms from (
              select p.platform, i.scan_state, coalesce(f.posture, 'unknown') as posture, f.critical, f.high, f.medium, f.low, f.unrated,
                     coalesce(f.risk, 0) as risk, p.id
                from placement p join image i on i.registry_id = p.registry_id and i.digest = p.digest
                left join place_figure f on f.registry_id = p.registry_id and f.placement_id = p.id
               where p.registry_id = t.registry_id and p.repository_id = t.repository_id and p.digest = any(images_of(t.registry_id, t.repository_id, t.digest))) places
             order by risk desc, id limit 1) p on true
          left join manifest a on a.registry_id = t.registry_id and a.repository_id = t.repository_id and a.digest = t.digest and a.kind = 'other'
         order by t.retired_at is not null, t.moved_at desc, t.name`,
  );
}
