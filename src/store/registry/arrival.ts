import { z } from "zod";
import { bytesToDigest } from "#domain/digest.ts";
import { imageRules } from "#domain/image-rules.ts";
import { links } from "#domain/links.ts";
import { reachesSeverity, Severity, type SeverityCounts } from "#domain/severity.ts";
import { appendStatusHistory } from "#store/assessment/status-history.ts";
import { addOpenedClosed } from "#store/count/metric-day.ts";
import type { ImageKey } from "#store/image/image-scan.ts";
import { wantedImages } from "#store/image/wanted-images.ts";
import { addNotices, type NewNotice, noticeThreshold } from "#store/notice/notice.ts";
import { findingChanges, previousPlaces } from "#store/sql/finding-diff.ts";
import { type Executor, selectRows, sql } from "#store/sql.ts";

/** A push makes one notice, which names so many of the flaws that it brought. */
const NAMED = 5;

const Arrival = z.object({
  registryId: z.string(),
  registryName: z.string(),
  isDemo: z.boolean(),
  isFirstSync: z.boolean(),
  repositoryId: z.string(),
  repository: z.string(),
  placementId: z.string(),
  digest: z.instanceof(Uint8Array).transform(bytesToDigest),
  previousDigest: z.instanceof(Uint8Array).transform(bytesToDigest).nullable(),
  scanId: z.string().nullable(),
  posture: z.string(),
  critical: z.number(),
  high: z.number(),
  medium: z.number(),
  low: z.number(),
  unrated: z.number(),
});
type Arrival = z.infer<typeof Arrival>;

const NewFinding = z.object({
  placementId: z.string(),
  change: z.enum(["introduced", "fixed"]),
  key: z.string(),
  kev: z.boolean(),
  severity: Severity,
  name: z.string(),
  version: z.string(),
  fixedVersion: z.string().nullable(),
});
type NewFinding = z.infer<typeof NewFinding>;

/**
 * Accounts, once per place, for images that have their first result there: what came and went against the image before it goes
 * to the place's history and to the day's opened and closed figures, and what is new becomes notices. What a registry held
 * when it was connected, and the first image of a repository, are summed up in one notice each.
 */
export async function recordArrivals(executor: Executor, images: readonly ImageKey[]): Promise<void> {
  if (images.length === 0) return;
  const arrivals = await takeArrivals(executor, images);
  if (arrivals.length === 0) return;
  const changes = await changesOf(executor, arrivals);
  const threshold = await noticeThreshold(executor);
  const notices: NewNotice[] = [];
  for (const arrival of arrivals) {
    const own = changes.filter((change) => change.placementId === arrival.placementId);
    const opened = own.filter((change) => change.change === "introduced");
    await recordChanges(executor, arrival, { opened: opened.length, closed: own.length - opened.length });
    if (!arrival.isFirstSync) notices.push(...noticesOf(arrival, opened, threshold));
  }
  const synced = arrivals.filter((arrival) => arrival.isFirstSync);
  notices.push(...(await firstLooks(executor, synced)));
  await addNotices(executor, notices);
}

/** Those of the images that have a result and a place in which it was not accounted for. */
export async function arrivingImages(executor: Executor, images: readonly ImageKey[]): Promise<ImageKey[]> {
  return selectRows(
    z.object({ registryId: z.string(), digest: z.instanceof(Uint8Array).transform(bytesToDigest) }),
    sql`select distinct p.registry_id as "registryId", p.digest from (${wantedImages(images)}) w
          join placement p on p.registry_id = w.registry_id and p.digest = w.digest and p.arrived_at is null and p.retired_at is null
          join image i on i.registry_id = p.registry_id and i.digest = p.digest and i.scanned_at is not null`,
    executor,
  );
}

async function takeArrivals(executor: Executor, images: readonly ImageKey[]): Promise<Arrival[]> {
  return selectRows(
    Arrival,
    sql`with taken as (
          update placement p set arrived_at = clock_timestamp()
            from (${wantedImages(images)}) w join image i on i.registry_id = w.registry_id and i.digest = w.digest and i.scanned_at is not null
           where p.registry_id = w.registry_id and p.digest = w.digest and p.arrived_at is null and p.retired_at is null
          returning p.*, i.last_scan_id)
        select t.registry_id as "registryId", r.name as "registryName", r.is_demo as "isDemo",
               r.last_reconciled_at is null or s.trigger is not distinct from 'connected' as "isFirstSync",
               t.repository_id as "repositoryId", re.name as repository, t.id as "placementId", t.digest,
               previous.previous_digest as "previousDigest", t.last_scan_id as "scanId", f.posture, f.critical, f.high, f.medium, f.low, f.unrated
          from taken t
          join place_figure f on f.registry_id = t.registry_id and f.placement_id = t.id
          join registry r on r.id = t.registry_id and r.deleted_at is null
          join repository re on re.registry_id = t.registry_id and re.id = t.repository_id
          join (${previousPlaces(sql`select registry_id, id as placement_id from taken`)}) previous
            on previous.registry_id = t.registry_id and previous.placement_id = t.id
          left join image_scan s on s.registry_id = t.registry_id and s.id = t.last_scan_id
         order by t.registry_id, t.id`,
    executor,
  );
}

function changesOf(executor: Executor, arrivals: readonly Arrival[]): Promise<NewFinding[]> {
  const places = sql`select * from unnest(${arrivals.map((one) => one.registryId)}::uuid[], ${arrivals.map((one) => one.placementId)}::uuid[])
    as place (registry_id, placement_id)`;
  return selectRows(
    NewFinding,
    sql`select c.placement_id as "placementId", c.change, v.key, v.kev_added_at is not null as kev, pa.severity, pv.name, pv.version,
               pa.fixed_version as "fixedVersion"
          from (${findingChanges(previousPlaces(places))}) c
          join vulnerability v on v.id = c.vulnerability_id
          join package_version pv on pv.id = c.package_version_id
          join package_advisory pa on pa.package_version_id = c.package_version_id and pa.vulnerability_id = c.vulnerability_id
         order by c.severity_rank desc, v.key, pv.name`,
    executor,
  );
}

async function recordChanges(
  executor: Executor,
  arrival: Arrival,
  delta: { opened: number; closed: number },
): Promise<void> {
  await addOpenedClosed(executor, arrival.registryId, delta);
  await appendStatusHistory(executor, [
    {
      rootId: arrival.registryId,
      resourceId: arrival.placementId,
      ruleId: imageRules.vulnerabilities,
      fromStatus: null,
      toStatus: arrival.posture,
      cause: "push",
      causeRef: arrival.scanId,
      detail: { introduced: delta.opened, fixed: delta.closed, against: arrival.previousDigest },
    },
  ]);
}

function noticesOf(arrival: Arrival, opened: readonly NewFinding[], threshold: Severity): NewNotice[] {
  const href = links.image(arrival.digest, { registryId: arrival.registryId, repository: arrival.repository });
  const common = { rootId: arrival.registryId, href, repositoryId: arrival.repositoryId, isDemo: arrival.isDemo };
  if (arrival.previousDigest === null) {
    const worst = worstOf(arrival);
    if (!worst || !reachesSeverity(worst, threshold)) return [];
    return [
      {
        ...common,
        kind: "first-look",
        dedupeKey: `first:${arrival.repositoryId}`,
        severity: worst,
        title: `New repository ${arrival.repository}: ${countsText(arrival)}`,
        detail: `Its first scanned image came with a push to ${arrival.registryName}.`,
        count: totalOf(arrival),
        isQuiet: true,
      },
    ];
  }
  const grouped = Map.groupBy(
    opened.filter((finding) => reachesSeverity(finding.severity, threshold)),
    (finding) => finding.key,
  );
  const [first] = grouped;
  if (!first) return [];
  const isExploited = [...grouped.values()].flat().some((finding) => finding.kev);
  const news = { ...common, kind: "new-findings" as const, severity: first[1][0]?.severity ?? "high" };
  const exploited = isExploited ? " Known to be exploited." : "";
  if (grouped.size === 1) {
    const [key, findings] = first;
    return [
      {
        ...news,
        dedupeKey: `new:${arrival.repositoryId}:${key}`,
        title: `${key} in ${arrival.repository}`,
        detail: `${packagesText(findings)}. It came with a push.${exploited}`,
        count: findings.length,
        vulnerabilityKey: key,
      },
    ];
  }
  const named = [...grouped.keys()].slice(0, NAMED).join(", ");
  const rest = grouped.size > NAMED ? ` and ${grouped.size - NAMED} more` : "";
  return [
    {
      ...news,
      dedupeKey: `push:${arrival.placementId}`,
      title: `${grouped.size} new vulnerabilities in ${arrival.repository}`,
      detail: `A push brought them: ${named}${rest}.${isExploited ? " At least one is known to be exploited." : ""}`,
      count: grouped.size,
    },
  ];
}

/** `openssl 3.0.1, fixed in 3.0.2` for up to three packages. */
export function packagesText(
  findings: readonly { name: string; version: string; fixedVersion: string | null }[],
): string {
  const named = findings
    .slice(0, 3)
    .map(
      ({ name, version, fixedVersion }) =>
        `${name} ${version}, ${fixedVersion ? `fixed in ${fixedVersion}` : "no fix yet"}`,
    );
  const rest = findings.length - named.length;
  return rest > 0 ? `${named.join("; ")} and ${rest} more packages` : named.join("; ");
}

const Look = z.object({
  registryId: z.string(),
  name: z.string(),
  isDemo: z.boolean(),
  images: z.number(),
  critical: z.number(),
  high: z.number(),
  medium: z.number(),
  low: z.number(),
  unrated: z.number(),
});

/**
 * The one notice about what a registry held when it was connected; its figures grow while the first sync runs. Vulnerabilities count
 * once: those that were counted for the registry, and those of the places that just arrived.
 */
async function firstLooks(executor: Executor, arrivals: readonly Arrival[]): Promise<NewNotice[]> {
  if (arrivals.length === 0) return [];
  const ids = [...new Set(arrivals.map((arrival) => arrival.registryId))];
  const rows = await selectRows(
    Look,
    sql`with flaw as (
          select registry_id, vulnerability_id, max(severity_rank) as rank from (
            select registry_id, vulnerability_id, severity_rank from registry_flaw where registry_id = any(${ids}::uuid[])
            union all
            select f.registry_id, f.vulnerability_id, f.severity_rank
              from unnest(${arrivals.map((one) => one.registryId)}::uuid[], ${arrivals.map((one) => one.placementId)}::uuid[]) as a (r, p)
              join place_flaw f on f.registry_id = a.r and f.placement_id = a.p where f.open > 0) f
           group by registry_id, vulnerability_id)
        select r.id as "registryId", r.name, r.is_demo as "isDemo",
          (select count(*)::int from placement p where p.registry_id = r.id and p.retired_at is null and p.arrived_at is not null) as images,
          (count(f.rank) filter (where f.rank = 5))::int as critical, (count(f.rank) filter (where f.rank = 4))::int as high,
          (count(f.rank) filter (where f.rank = 3))::int as medium, (count(f.rank) filter (where f.rank in (1, 2)))::int as low,
          (count(f.rank) filter (where f.rank = 0))::int as unrated
          from registry r left join flaw f on f.registry_id = r.id
         where r.id = any(${ids}::uuid[]) group by r.id`,
    executor,
  );
  return rows.map((row) => ({
    rootId: row.registryId,
    kind: "first-look",
    dedupeKey: "first-sync",
    severity: worstOf(row) ?? "informational",
    title: `First look at ${row.name}: ${row.images} ${row.images === 1 ? "image" : "images"}, ${countsText(row)}`,
    detail:
      "Everything found when a registry is connected is summed up here. From now on whatever brings something new makes a notice.",
    href: links.registry(row.registryId),
    count: row.images,
    isDemo: row.isDemo,
    isQuiet: true,
  }));
}

function worstOf(counts: SeverityCounts): Severity | undefined {
  if (counts.critical > 0) return "critical";
  if (counts.high > 0) return "high";
  if (counts.medium > 0) return "medium";
  if (counts.low > 0) return "low";
  return counts.unrated > 0 ? "unknown" : undefined;
}

function totalOf(counts: SeverityCounts): number {
  return counts.critical + counts.high + counts.medium + counts.low + counts.unrated;
}

function countsText(counts: SeverityCounts): string {
  const parts = [
    [counts.critical, "critical"],
    [counts.high, "high"],
    [counts.medium, "medium"],
    [counts.low, "low"],
    [counts.unrated, "not rated"],
  ] as const;
  const shown = parts.filter(([count]) => count > 0).map(([count, word]) => `${count} ${word}`);
  return shown.length > 0 ? shown.join(", ") : "no findings";
}
