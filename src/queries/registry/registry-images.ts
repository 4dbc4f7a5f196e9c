import { z } from "zod";
import { requireRole } from "#domain/require-role.ts";
import type { Actor } from "#domain/role.ts";
import { runsCondition } from "#queries/image/running-images.ts";
import { withoutFeed } from "#queries/image/without-feed.ts";
import { BigIntColumn, DigestColumn, digestValue, IsoColumn, likePattern } from "#queries/list/columns.ts";
import { decodeCursor, encodeCursor } from "#queries/list/keyset-cursor.ts";
import { ownerCondition } from "#queries/list/owner-filter.ts";
import { ChoiceParam, CursorParam, OptionalText } from "#queries/list/search-params.ts";
import { joinSql, type Statement, selectFirst, selectRows, sql } from "#store/sql.ts";

export const RegistryImagesParams = z.object({
  registryId: z.uuid(),
  q: OptionalText,
  /** A name, `@mine` or `@none`: of any of its places. */
  owner: OptionalText,
  posture: ChoiceParam(["any", "unhealthy", "healthy", "unknown"], "any"),
  /** Images with an open vulnerability of this severity. */
  severity: ChoiceParam(["any", "critical", "high", "medium", "low"], "any"),
  sort: ChoiceParam(["risk", "findings", "fixable"], "risk"),
  scan: ChoiceParam(["any", "queued", "scanning", "failed"], "any"),
  /** Whether a container of a connected host runs it. */
  running: ChoiceParam(["any", "yes", "no"], "any"),
  cursor: CursorParam,
});
export type RegistryImagesParams = z.infer<typeof RegistryImagesParams>;

const PAGE = 100;

const severityColumns = { critical: sql`f.critical`, high: sql`f.high`, medium: sql`f.medium`, low: sql`f.low` };
const orders = { risk: sql`f.risk`, findings: sql`f.findings`, fixable: sql`f.fixable` };

export const RegistryImageRow = z.object({
  digest: DigestColumn,
  platform: z.string(),
  repository: z.string(),
  /** Of that place. */
  owner: z.string().nullable(),
  tags: z.array(z.string()),
  places: z.number(),
  posture: z.enum(["unhealthy", "healthy", "unknown"]),
  scanState: z.string(),
  scanReason: z.string().nullable(),
  osState: z.string(),
  completeness: z.string().nullable(),
  scannedAt: IsoColumn.nullable(),
  lastPushedAt: IsoColumn,
  sizeBytes: BigIntColumn,
  critical: z.number(),
  high: z.number(),
  medium: z.number(),
  low: z.number(),
  unrated: z.number(),
  fixable: z.number(),
  kev: z.number(),
  risk: z.number(),
  findings: z.number(),
  packageCount: z.number(),
  /** Ecosystems of its packages without a live source of advisories: why it is unknown although it was read. */
  withoutFeed: z.array(z.string()),
});
export type RegistryImageRow = z.infer<typeof RegistryImageRow>;

export interface RegistryImages {
  rows: RegistryImageRow[];
  nextCursor: string | null;
  matching: number;
  views: { all: number; unhealthy: number; healthy: number; unknown: number };
}

/** Images of one registry that still have a place in it, worst first: the rows behind every image count of the registry. */
export async function registryImages(actor: Actor, params: RegistryImagesParams): Promise<RegistryImages> {
  requireRole(actor, "viewer");
  const conditions = [sql`f.registry_id = ${params.registryId} and f.is_lead and f.is_live`];
  if (params.posture !== "any") conditions.push(sql`f.posture = ${params.posture}`);
  if (params.severity !== "any") conditions.push(sql`${severityColumns[params.severity]} > 0`);
  if (params.scan !== "any")
    conditions.push(
      sql`exists (select 1 from image i where i.registry_id = f.registry_id and i.digest = f.digest and i.scan_state = ${params.scan})`,
    );
  if (params.running !== "any")
    conditions.push(
      sql`exists (select 1 from image i where i.registry_id = f.registry_id and i.digest = f.digest and ${await runsCondition(params.running === "yes")})`,
    );
  if (params.owner)
    conditions.push(sql`exists (select 1 from placement p where p.registry_id = f.registry_id and p.digest = f.digest and p.retired_at is null
      and ${ownerCondition(sql`p.owner`, params.owner, actor)})`);
  if (params.q)
    conditions.push(sql`exists (select 1 from placement p join repository r on r.registry_id = p.registry_id and r.id = p.repository_id
    where p.registry_id = f.registry_id and p.digest = f.digest and p.retired_at is null and r.name ilike ${likePattern(params.q)})`);
  const [rows, matching, views] = await Promise.all([
    readRows(
      conditions,
      orders[params.sort],
      decodeCursor(params, params.cursor, z.tuple([z.number().int(), z.string()])),
    ),
    countRows(conditions),
    readViews(params.registryId),
  ]);
  const page = rows.slice(0, PAGE);
  const last = page.at(-1);
  const nextCursor = rows.length > PAGE && last ? encodeCursor(params, [last[params.sort], last.digest]) : null;
  return { rows: page, nextCursor, matching, views };
}

function readRows(
  conditions: Statement[],
  order: Statement,
  after: [number, string] | null,
): Promise<RegistryImageRow[]> {
  const page = after
    ? sql`(${order} < ${after[0]} or (${order} = ${after[0]} and f.digest > ${digestValue(after[1])}))`
    : sql`true`;
  return selectRows(
    RegistryImageRow,
    sql`select i.digest, i.platform, place.repository, place.owner, place.tags, place.places, f.posture, i.scan_state as "scanState",
               i.scan_reason as "scanReason", i.os_state as "osState", i.completeness, i.scanned_at as "scannedAt",
               place.last_pushed_at as "lastPushedAt", i.size_bytes as "sizeBytes", f.critical, f.high, f.medium, f.low, f.unrated,
               f.fixable, f.kev, f.risk, f.findings, i.package_count as "packageCount",
               case when f.is_fed then '{}'::text[] else ${withoutFeed} end as "withoutFeed"
          from (select * from place_figure f where ${joinSql([...conditions, page], " and ")} order by ${order} desc, f.digest limit ${PAGE + 1}) f
          join image i on i.registry_id = f.registry_id and i.digest = f.digest
          cross join lateral (
            select r.name as repository, p.owner, p.last_pushed_at,
                   array(select t.name from tag t where t.registry_id = p.registry_id and t.repository_id = p.repository_id
                     and t.digest = any(manifests_of(p.registry_id, p.repository_id, p.digest)) and t.retired_at is null order by t.moved_at desc, t.name limit 4) as tags,
                   count(*) over ()::int as places
              from placement p join repository r on r.registry_id = p.registry_id and r.id = p.repository_id
             where p.registry_id = i.registry_id and p.digest = i.digest and p.retired_at is null
             order by p.id = f.placement_id desc, p.last_pushed_at desc, p.id limit 1) place
         order by ${order} desc, f.digest`,
  );
}

async function countRows(conditions: Statement[]): Promise<number> {
  const row = await selectFirst(
    z.object({ count: z.number() }),
    sql`select count(*)::int as count from (select 1 from place_figure f where ${joinSql(conditions, " and ")} limit 10000) matching`,
  );
  return row?.count ?? 0;
}

/** From the summary row of the registry, so that the counts are those of the Containers tab. */
async function readViews(registryId: string): Promise<RegistryImages["views"]> {
  const row = await selectFirst(
    z.object({ all: z.number(), unhealthy: z.number(), healthy: z.number(), unknown: z.number() }),
    sql`select contents_count as all, images_unhealthy as unhealthy, images_healthy as healthy, images_unknown as unknown from resource_summary where root_id = ${registryId}`,
  );
  return row ?? { all: 0, unhealthy: 0, healthy: 0, unknown: 0 };
}
