import { z } from "zod";
import { clock } from "#clock.ts";
import { requireRole } from "#domain/require-role.ts";
import { rootKinds } from "#domain/resource.ts";
import type { Actor } from "#domain/role.ts";
import { unassessedCauses } from "#domain/unassessed.ts";
import { withoutFeed } from "#queries/image/without-feed.ts";
import { DigestColumn, IsoColumn } from "#queries/list/columns.ts";
import { selectFirst, selectRows, sql } from "#store/sql.ts";
import { isSilent, lastDataAt, rootSignal, rootSignals } from "./root-signal.ts";
import { shownDemo } from "./shown-demo.ts";

const IMAGES = 50;

export const UnassessedImage = z.object({
  registryId: z.string(),
  registry: z.string(),
  repository: z.string(),
  tag: z.string().nullable(),
  digest: DigestColumn,
  platform: z.string(),
  cause: z.enum(unassessedCauses),
  reason: z.string().nullable(),
  /** Ecosystems of its packages without a live source of advisories. */
  withoutFeed: z.array(z.string()),
  lastPushedAt: IsoColumn,
  isDemo: z.boolean(),
});
export type UnassessedImage = z.infer<typeof UnassessedImage>;

const SilentRoot = z.object({
  rootId: z.string(),
  kind: z.enum(rootKinds),
  name: z.string(),
  signal: z.enum(rootSignals),
  reason: z.string().nullable(),
  lastDataAt: IsoColumn.nullable(),
  expectedIntervalSeconds: z.number(),
  isDemo: z.boolean(),
});
export type SilentRoot = z.infer<typeof SilentRoot>;

const FeedRow = z.object({
  id: z.string(),
  title: z.string(),
  state: z.string(),
  records: z.number(),
  dataDate: IsoColumn.nullable(),
  lastCheckedAt: IsoColumn.nullable(),
  lastError: z.string().nullable(),
  isDemo: z.boolean(),
});
export type FeedRow = z.infer<typeof FeedRow>;

const UnreadRepository = z.object({
  registryId: z.string(),
  registry: z.string(),
  repository: z.string(),
  reason: z.string(),
});
export type UnreadRepository = z.infer<typeof UnreadRepository>;

export interface Coverage {
  readAt: string;
  /** Live images, and those of them that are not assessed. */
  images: { total: number; unknown: number };
  /** Images that are not assessed, at most 50. */
  unassessed: UnassessedImage[];
  /** All of them per registry, for the links to the whole lists. */
  perRegistry: { registryId: string; registry: string; unknown: number }[];
  silent: SilentRoot[];
  unread: UnreadRepository[];
  feeds: FeedRow[];
  /** How many gaps there are in all. */
  gaps: number;
}

/** What we do not know: images without a result and why, sources that do not report, repositories that could not be read, feeds. */
export async function coverage(actor: Actor): Promise<Coverage> {
  requireRole(actor, "viewer");
  const [images, unassessed, perRegistry, silent, unread, feeds] = await Promise.all([
    readTotals(),
    readUnassessed(),
    readPerRegistry(),
    readSilent(),
    readUnread(),
    readFeeds(),
  ]);
  const failing = feeds.filter((feed) => feed.lastError !== null).length;
  const noFeeds = feeds.every((feed) => feed.isDemo || feed.records === 0) ? 1 : 0;
  return {
    readAt: clock.now().toISOString(),
    images,
    unassessed,
    perRegistry,
    silent,
    unread,
    feeds,
    gaps: images.unknown + silent.length + unread.length + Math.max(failing, noFeeds),
  };
}

async function readTotals(): Promise<Coverage["images"]> {
  const row = await selectFirst(
    z.object({ total: z.number(), unknown: z.number() }),
    sql`select coalesce(sum(images_healthy + images_unhealthy + images_unknown), 0)::int as total, coalesce(sum(images_unknown), 0)::int as unknown
          from resource_summary where is_demo = ${shownDemo}`,
  );
  return row ?? { total: 0, unknown: 0 };
}

function readUnassessed(): Promise<UnassessedImage[]> {
  return selectRows(
    UnassessedImage,
    sql`select g.id as "registryId", g.name as registry, place.repository, place.tag, i.digest, i.platform,
               case when i.scan_state = 'queued' then 'waiting' when i.scan_state = 'scanning' then 'scanning'
                    when i.scan_state = 'failed' then 'failed' when i.scanned_at is null then 'notScanned'
                    when i.package_count = 0 then 'noPackages' when i.os_state <> 'known' then 'unknownSystem'
                    when i.completeness is distinct from 'complete' then 'partial'
                    when cardinality(i.without) > 0 then 'noFeed' else 'counting' end as cause,
               i.scan_reason as reason, i.without as "withoutFeed", place.last_pushed_at as "lastPushedAt", g.is_demo as "isDemo"
          from registry g
          join resource_summary s on s.root_id = g.id and s.images_unknown > 0
          cross join lateral (
            select i.*, ${withoutFeed} as without
              from (select * from place_figure f where f.registry_id = g.id and f.posture = 'unknown' and f.is_lead and f.is_live
                     order by f.risk desc, f.digest limit ${IMAGES}) f
              join image i on i.registry_id = f.registry_id and i.digest = f.digest) i
          cross join lateral (
            select r.name as repository, p.last_pushed_at, (select t.name from tag t where t.registry_id = p.registry_id
                     and t.repository_id = p.repository_id and t.digest = any(manifests_of(p.registry_id, p.repository_id, p.digest)) and t.retired_at is null
                     order by t.moved_at desc limit 1) as tag
              from placement p join repository r on r.registry_id = p.registry_id and r.id = p.repository_id
             where p.registry_id = i.registry_id and p.digest = i.digest and p.retired_at is null
             order by p.last_pushed_at desc, p.id limit 1) place
         where g.deleted_at is null and g.is_demo = ${shownDemo} order by place.last_pushed_at desc, i.digest limit ${IMAGES}`,
  );
}

function readPerRegistry(): Promise<Coverage["perRegistry"]> {
  return selectRows(
    z.object({ registryId: z.string(), registry: z.string(), unknown: z.number() }),
    sql`select root_id as "registryId", name as registry, images_unknown as unknown from resource_summary
         where kind = 'registry' and images_unknown > 0 and is_demo = ${shownDemo} order by images_unknown desc, name limit 100`,
  );
}

function readSilent(): Promise<SilentRoot[]> {
  return selectRows(
    SilentRoot,
    sql`select s.root_id as "rootId", s.kind, s.name, ${rootSignal} as signal, s.state_reason as reason, ${lastDataAt} as "lastDataAt",
               s.expected_interval_seconds as "expectedIntervalSeconds", s.is_demo as "isDemo"
          from resource_summary s where ${isSilent} and s.is_demo = ${shownDemo} order by s.last_data_at nulls first, s.name limit 200`,
  );
}

function readUnread(): Promise<UnreadRepository[]> {
  return selectRows(
    UnreadRepository,
    sql`select r.id as "registryId", r.name as registry, f.value ->> 'repository' as repository, f.value ->> 'reason' as reason
          from registry r cross join lateral jsonb_array_elements(
            case when jsonb_typeof(r.sync -> 'failures') = 'array' then r.sync -> 'failures' else '[]' end) f
         where r.deleted_at is null and r.is_demo = ${shownDemo} order by r.name, 3 limit 200`,
  );
}

function readFeeds(): Promise<FeedRow[]> {
  return selectRows(
    FeedRow,
    sql`select id, title, state, record_count as records, data_date as "dataDate", last_checked_at as "lastCheckedAt",
               last_error as "lastError", is_demo as "isDemo" from feed order by last_error is null, title limit 200`,
  );
}
