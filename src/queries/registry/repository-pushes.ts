import { z } from "zod";
import { requireRole } from "#domain/require-role.ts";
import type { Actor } from "#domain/role.ts";
import { DigestColumn, IsoColumn } from "#queries/list/columns.ts";
import { decodeCursor, encodeCursor } from "#queries/list/keyset-cursor.ts";
import { CursorParam, OptionalText } from "#queries/list/search-params.ts";
import { findingChanges } from "#store/sql/finding-diff.ts";
import { joinSql, selectFirst, selectRows, sql } from "#store/sql.ts";
import { RepositoryParams } from "./repository-detail.ts";

export const RepositoryPushesParams = RepositoryParams.extend({ tag: OptionalText, cursor: CursorParam });
export type RepositoryPushesParams = z.infer<typeof RepositoryPushesParams>;

const PAGE = 50;

const Row = z.object({
  id: z.string(),
  tag: z.string().nullable(),
  digest: DigestColumn,
  previousDigest: DigestColumn.nullable(),
  actor: z.string().nullable(),
  source: z.string(),
  pushedAt: IsoColumn,
  recordedAt: IsoColumn,
  placementId: z.string().nullable(),
  previousPlacementId: z.string().nullable(),
  platforms: z.number(),
  scanState: z.string().nullable(),
  scanReason: z.string().nullable(),
  isScanned: z.boolean(),
  previousScanned: z.boolean(),
  posture: z.enum(["unhealthy", "healthy", "unknown"]).nullable(),
  critical: z.number(),
  high: z.number(),
  medium: z.number(),
  low: z.number(),
  unrated: z.number(),
  retiredAt: IsoColumn.nullable(),
  retiredReason: z.string().nullable(),
  stage: z.string().nullable(),
  progress: z.unknown(),
});

/** Findings that came and went against the image that the push replaced; null while one of the two is not assessed. */
export interface PushChanges {
  introduced: number;
  fixed: number;
}
export type PushRow = Omit<z.infer<typeof Row>, "placementId" | "previousPlacementId"> & {
  changes: PushChanges | null;
};

export interface RepositoryPushes {
  rows: PushRow[];
  nextCursor: string | null;
  tags: string[];
}

/** Every move of a tag, newest first, with what it introduced and fixed on its first platform. */
export async function repositoryPushes(actor: Actor, params: RepositoryPushesParams): Promise<RepositoryPushes> {
  requireRole(actor, "viewer");
  const repository = await selectFirst(
    z.object({ id: z.string() }),
    sql`select id from repository where registry_id = ${params.registryId} and name = ${params.repository}`,
  );
  if (!repository) return { rows: [], nextCursor: null, tags: [] };
  const after = decodeCursor(params, params.cursor, z.tuple([z.iso.datetime(), z.uuid()]));
  const rows = await readRows({ ...params, repositoryId: repository.id, after });
  const page = rows.slice(0, PAGE);
  const last = page.at(-1);
  const changes = await readChanges(params.registryId, page);
  const tags = await selectRows(
    z.object({ name: z.string() }),
    sql`select name from tag where registry_id = ${params.registryId} and repository_id = ${repository.id} order by moved_at desc limit 50`,
  );
  return {
    rows: page.map(({ placementId: _, previousPlacementId: __, ...row }) => ({
      ...row,
      changes: changes.get(row.id) ?? null,
    })),
    nextCursor: rows.length > PAGE && last ? encodeCursor(params, [last.pushedAt, last.id]) : null,
    tags: tags.map(({ name }) => name),
  };
}

interface Wanted extends RepositoryPushesParams {
  repositoryId: string;
  after: [string, string] | null;
}

function readRows({ registryId, repositoryId, tag, after }: Wanted) {
  const conditions = [
    sql`u.registry_id = ${registryId}`,
    sql`u.repository_id = ${repositoryId}`,
    // A signature or chart that was pushed is in the list of tags, not among the pushes of images.
    sql`not exists (select 1 from manifest m where m.registry_id = u.registry_id and m.repository_id = u.repository_id
      and m.digest = u.digest and m.kind = 'other')`,
  ];
  if (tag) conditions.push(sql`u.tag = ${tag}`);
  if (after) {
    conditions.push(
      sql`(u.pushed_at < ${after[0]}::timestamptz or (u.pushed_at = ${after[0]}::timestamptz and u.id > ${after[1]}::uuid))`,
    );
  }
  return selectRows(
    Row,
    sql`select u.id, u.tag, u.digest, u.previous_digest as "previousDigest", u.actor, u.source, u.pushed_at as "pushedAt",
               u.recorded_at as "recordedAt", p.id as "placementId", b.id as "previousPlacementId", coalesce(p.platforms, 0) as platforms,
               p.scan_state as "scanState", p.scan_reason as "scanReason", coalesce(b.is_scanned, false) as "previousScanned",
               coalesce(p.scanned_at is not null, false) as "isScanned", p.posture,
               coalesce(p.critical, 0) as critical, coalesce(p.high, 0) as high, coalesce(p.medium, 0) as medium,
               coalesce(p.low, 0) as low, coalesce(p.unrated, 0) as unrated, p.retired_at as "retiredAt",
               p.retired_reason as "retiredReason", s.stage, s.progress
          from (select * from push u where ${joinSql(conditions, " and ")} order by u.pushed_at desc, u.id limit ${PAGE + 1}) u
          left join lateral (
            select p.*, i.scan_state, i.scan_reason, i.scanned_at, coalesce(f.posture, 'unknown') as posture, f.critical, f.high, f.medium,
                   f.low, f.unrated, count(*) over ()::int as platforms
              from placement p join image i on i.registry_id = p.registry_id and i.digest = p.digest
              left join place_figure f on f.registry_id = p.registry_id and f.placement_id = p.id
             where p.registry_id = u.registry_id and p.repository_id = u.repository_id and p.digest = any(images_of(u.registry_id, u.repository_id, u.digest))
             order by p.platform limit 1) p on true
          left join lateral (
            select q.id, i.scanned_at is not null as is_scanned from placement q
              join image i on i.registry_id = q.registry_id and i.digest = q.digest
             where q.registry_id = u.registry_id and q.repository_id = u.repository_id and q.platform = p.platform
               and q.digest = any(images_of(u.registry_id, u.repository_id, u.previous_digest)) limit 1) b on true
          left join lateral (
            select stage, progress from image_scan s where s.registry_id = u.registry_id and s.digest = p.digest
               and p.scan_state in ('queued', 'scanning') order by s.queued_at desc limit 1) s on true
         order by u.pushed_at desc, u.id`,
  );
}

const ChangeRow = z.object({ placement_id: z.string(), introduced: z.number(), fixed: z.number() });

/** Changes by push id. Pairs that share an image are compared in separate rounds, because the comparison is keyed by it. */
async function readChanges(registryId: string, rows: z.infer<typeof Row>[]): Promise<Map<string, PushChanges>> {
  const changes = new Map<string, PushChanges>();
  let waiting = rows.filter(
    (row) => row.placementId && row.previousPlacementId && row.isScanned && row.previousScanned,
  );
  while (waiting.length > 0) {
    const round = new Map(waiting.map((row) => [row.placementId, row]));
    const chosen = [...round.values()];
    const counted = await selectRows(
      ChangeRow,
      sql`select c.placement_id, (count(*) filter (where c.change = 'introduced'))::int as introduced,
                 (count(*) filter (where c.change = 'fixed'))::int as fixed
            from (${findingChanges(sql`select ${registryId}::uuid as registry_id, pair.placement_id, pair.previous_id
              from unnest(${chosen.map((row) => row.placementId)}::uuid[], ${chosen.map((row) => row.previousPlacementId)}::uuid[])
                as pair (placement_id, previous_id)`)}) c group by c.placement_id`,
    );
    const byPlacement = new Map(counted.map(({ placement_id, ...counts }) => [placement_id, counts]));
    for (const row of chosen) {
      changes.set(row.id, byPlacement.get(row.placementId ?? "") ?? { introduced: 0, fixed: 0 });
    }
    const done = new Set(chosen.map((row) => row.id));
    waiting = waiting.filter((row) => !done.has(row.id));
  }
  return changes;
}
