import { z } from "zod";
import { clock } from "#clock.ts";
import { AppError } from "#domain/app-error.ts";
import { CoverageStatement, withAdvisories } from "#domain/coverage-statement.ts";
import { Diagnostic } from "#domain/evidence.ts";
import { feedKey } from "#domain/feed-state.ts";
import { requireRole } from "#domain/require-role.ts";
import type { Actor } from "#domain/role.ts";
import { type BaseLayers, baseLayers } from "#engines/image-scan/base-layers.ts";
import { OperatingSystem } from "#engines/image-scan/facts.ts";
import { type FindingCounts, findingCounts } from "#queries/count/finding-counts.ts";
import { type AsOf, asOf } from "#queries/list/as-of.ts";
import { BigIntColumn, DigestColumn, digestValue, IsoColumn } from "#queries/list/columns.ts";
import { type Statement, selectFirst, selectRows, sql } from "#store/sql.ts";
import { type ImageArtifact, imageArtifacts } from "./image-artifacts.ts";
import { type ImagePlace, ImagePlaceParams, imagePlaces, pickPlace } from "./image-place.ts";
import { runningCount } from "./running-images.ts";
import { withoutFeed } from "./without-feed.ts";

export const ImageDetailParams = ImagePlaceParams;

const ImageRow = z.object({
  platform: z.string(),
  digest: z.instanceof(Uint8Array),
  config_digest: z.instanceof(Uint8Array).nullable(),
  size_bytes: BigIntColumn,
  layers: z.array(z.object({ digest: z.string(), sizeBytes: z.coerce.number() })).catch([]),
  history: z.unknown(),
  config: z.unknown(),
  created_at: IsoColumn.nullable(),
  first_seen_at: IsoColumn,
  scan_state: z.string(),
  scan_reason: z.string().nullable(),
  scanned_at: IsoColumn.nullable(),
  analyser_version: z.number().nullable(),
  os: OperatingSystem.nullable().catch(null),
  os_state: z.string(),
  end_of_life_at: IsoColumn.nullable(),
  completeness: z.enum(["complete", "partial"]).nullable().catch(null),
  diagnostics: z.array(Diagnostic).nullable().catch(null),
  coverage: CoverageStatement.nullable().catch(null),
  package_count: z.number(),
  without_feed: z.array(z.string()),
  is_past_end_of_life: z.boolean().nullable(),
});

const ScanRow = z.object({
  id: z.string(),
  state: z.string(),
  stage: z.string().nullable(),
  progress: z.record(z.string(), z.unknown()).nullable().catch(null),
  attempt: z.number(),
  queued_at: IsoColumn,
  started_at: IsoColumn.nullable(),
  finished_at: IsoColumn.nullable(),
  advisories_version: BigIntColumn.nullable(),
  error: z.string().nullable(),
});

/** The newest scan run, live while it is under way. */
export interface ScanProgress {
  id: string;
  state: string;
  stage: string | null;
  progress: Record<string, unknown> | null;
  attempt: number;
  queuedAt: string;
  startedAt: string | null;
  finishedAt: string | null;
  error: string | null;
}

/** What we can say about an image: only `assessed` has findings, and `completeness` says how far they go. */
export type AssessmentState = "notScanned" | "scanning" | "failed" | "assessed";

export interface ImageDetail {
  digest: string;
  platform: string;
  sizeBytes: string;
  layerCount: number;
  createdAt: string | null;
  firstSeenAt: string;
  place: ImagePlace;
  places: ImagePlace[];
  /** The other platforms of the same index, this one included. */
  siblings: { platform: string; digest: string }[];
  /** Signatures, attestations, SBOMs and the like that were put beside the image. */
  artifacts: ImageArtifact[];
  base: BaseLayers | null;
  assessment: {
    state: AssessmentState;
    reason: string | null;
    /** True when results of an earlier scan are shown while a new one runs or after it failed. */
    hasEarlierResult: boolean;
    /** A scan waits or runs now, the first one or a repeated one. */
    isScanning: boolean;
    scannedAt: string | null;
    analyserVersion: number | null;
    completeness: "complete" | "partial" | null;
    diagnostics: Diagnostic[];
    /** What was assessed, with the advisories there are now; null = the image was scanned before this was looked at. */
    coverage: CoverageStatement | null;
    os: OperatingSystem | null;
    osState: string;
    endOfLifeAt: string | null;
    isPastEndOfLife: boolean;
    packageCount: number;
    /** Ecosystems of its packages that no live source of advisories covers: without findings there, nothing is known. */
    withoutFeed: string[];
    scan: ScanProgress | null;
  };
  counts: FindingCounts;
  /** Null = no host has reported, so it is not known where it runs. */
  runs: { containers: number; running: number; hosts: number } | null;
  asOf: AsOf;
}

/**
 * Everything above the tabs of the image page, and the state of its assessment. Throws `not-found` when no connected
 * registry holds the digest, with the digest of a platform image when it names an index.
 */
export async function imageDetail(actor: Actor, input: unknown): Promise<ImageDetail> {
  requireRole(actor, "viewer");
  const params = ImageDetailParams.parse(input);
  const places = await imagePlaces(params.digest);
  const place = pickPlace(places, params);
  const [image, scan, siblings, artifacts, counts, freshness] = await Promise.all([
    loadImage(place),
    latestScan(place),
    loadSiblings(place),
    imageArtifacts(place),
    findingCounts(place),
    asOf(),
  ]);
  if (!image)
    throw new AppError(
      "not-found",
      `The manifest of ${params.digest} has not been read yet. It follows within seconds.`,
    );
  return {
    digest: place.digest,
    platform: place.platform,
    sizeBytes: image.size_bytes,
    layerCount: image.layers.length,
    createdAt: image.created_at,
    firstSeenAt: image.first_seen_at,
    place,
    places,
    siblings,
    artifacts,
    base: baseLayers(image.history, image.config, image.layers.length),
    assessment: toAssessment(image, scan),
    counts,
    runs: await runningCount([{ digest: image.digest, configDigest: image.config_digest }]),
    asOf: freshness,
  };
}

/** The platform images of an index, so that an address with an index digest can lead somewhere. */
export async function imagesOfIndex(actor: Actor, digest: string): Promise<{ platform: string; digest: string }[]> {
  requireRole(actor, "viewer");
  return selectRows(
    z.object({ platform: z.string(), digest: DigestColumn }),
    sql`select distinct p.platform, p.digest
          from registry g
          join manifest_image m on m.registry_id = g.id and m.digest = ${digestValue(digest)}
          join placement p on p.registry_id = m.registry_id and p.repository_id = m.repository_id and p.digest = m.image_digest
         where g.deleted_at is null
         order by p.platform limit 50`,
  );
}

function loadImage(place: ImagePlace) {
  return selectFirst(
    ImageRow,
    sql`select platform, digest, config_digest, size_bytes, layers, history, config, created_at, first_seen_at, scan_state, scan_reason,
               scanned_at, analyser_version, os, os_state, end_of_life_at, completeness, diagnostics, coverage, package_count,
               end_of_life_at < ${clock.now()} as is_past_end_of_life, ${withoutFeed} as without_feed
          from image i where registry_id = ${place.registryId} and digest = ${digestValue(place.digest)}`,
  );
}

async function latestScan(place: ImagePlace): Promise<ScanProgress | null> {
  const row = await selectFirst(
    ScanRow,
    sql`select id, state, stage, progress, attempt, queued_at, started_at, finished_at, advisories_version, error
          from image_scan where registry_id = ${place.registryId} and digest = ${digestValue(place.digest)}
         order by queued_at desc, id desc limit 1`,
  );
  if (!row) return null;
  return {
    id: row.id,
    state: row.state,
    stage: row.stage,
    progress: row.progress,
    attempt: row.attempt,
    queuedAt: row.queued_at,
    startedAt: row.started_at,
    finishedAt: row.finished_at,
    error: row.error,
  };
}

async function loadSiblings(place: ImagePlace): Promise<{ platform: string; digest: string }[]> {
  const own = { platform: place.platform, digest: place.digest };
  const rows = await selectRows(
    z.object({ platform: z.string(), digest: DigestColumn }),
    sql`select platform, digest from placement
         where registry_id = ${place.registryId} and repository_id = ${place.repositoryId}
           and platform <> 'unknown/unknown'
           and digest = any(images_of(registry_id, repository_id, (${newestIndex(place)})))
         order by platform, digest limit 50`,
  );
  return rows.some((row) => row.digest === own.digest) ? rows : [own, ...rows];
}

/** The index that lists this platform now: the one that a tag moved to last, else the newest. */
function newestIndex(place: ImagePlace): Statement {
  return sql`select m.digest from manifest_image m
      join manifest i on i.registry_id = m.registry_id and i.repository_id = m.repository_id and i.digest = m.digest and i.retired_at is null
      left join tag t on t.registry_id = m.registry_id and t.repository_id = m.repository_id and t.digest = m.digest and t.retired_at is null
     where m.registry_id = ${place.registryId} and m.repository_id = ${place.repositoryId} and m.image_digest = ${digestValue(place.digest)}
     order by t.moved_at desc nulls last, i.first_seen_at desc, m.digest limit 1`;
}

function toAssessment(image: z.infer<typeof ImageRow>, scan: ScanProgress | null): ImageDetail["assessment"] {
  const isScanning = scan?.state === "queued" || scan?.state === "scanning";
  return {
    state: assessmentState(image, isScanning),
    reason: image.scan_reason ?? scan?.error ?? null,
    hasEarlierResult: image.scanned_at !== null,
    isScanning,
    scannedAt: image.scanned_at,
    analyserVersion: image.analyser_version,
    completeness: image.completeness,
    diagnostics: image.diagnostics ?? [],
    os: image.os,
    osState: image.os_state,
    endOfLifeAt: image.end_of_life_at,
    isPastEndOfLife: image.is_past_end_of_life ?? false,
    packageCount: image.package_count,
    withoutFeed: image.without_feed,
    coverage: coverageToday(image),
    scan,
  };
}

/** The statement of the scan with the sources of advisories that are alive today laid over it. */
function coverageToday({ coverage, without_feed }: z.infer<typeof ImageRow>): CoverageStatement | null {
  const unwatched = new Set(without_feed);
  const why = (ecosystem: string) =>
    unwatched.has(feedKey(ecosystem)) ? `no live source of advisories speaks of ${ecosystem}` : null;
  return coverage && withAdvisories(coverage, why);
}

function assessmentState(image: z.infer<typeof ImageRow>, isScanning: boolean): AssessmentState {
  if (image.scan_state === "failed" && !isScanning) return "failed";
  if (image.scanned_at !== null) return "assessed";
  return isScanning ? "scanning" : "notScanned";
}
