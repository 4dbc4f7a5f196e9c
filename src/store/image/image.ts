import { z } from "zod";
import type { CoverageStatement } from "#domain/coverage-statement.ts";
import { digestToBytes } from "#domain/digest.ts";
import type { Diagnostic } from "#domain/evidence.ts";
import { type Executor, execute, selectFirst, sql } from "#store/sql.ts";
import { storableJson } from "#store/storable-text.ts";
import type { ImageKey } from "./image-scan.ts";

/** One layer as the manifest and the image configuration name it, lowest first. */
export const ImageLayer = z.object({
  digest: z.string(),
  /** Hash of the uncompressed tar; null where the configuration does not say. */
  diffId: z.string().nullable(),
  mediaType: z.string().nullish(),
  sizeBytes: z.coerce.number(),
});
export type ImageLayer = z.infer<typeof ImageLayer>;

const ImageToScan = z.object({
  layers: z.array(ImageLayer),
  /** A repository that holds the image now, live ones first; null when no place is left. */
  repository: z.string().nullable(),
  placed: z.boolean(),
  registryDeleted: z.boolean(),
  isDemo: z.boolean(),
  hasResult: z.boolean(),
});
export type ImageToScan = z.infer<typeof ImageToScan>;

/** What a scan needs to know about an image; undefined when the image is not known. */
export function readImageToScan(executor: Executor, image: ImageKey): Promise<ImageToScan | undefined> {
  return selectFirst(
    ImageToScan,
    sql`select i.layers, place.name as repository, coalesce(place.live, false) as placed,
          r.deleted_at is not null as "registryDeleted", r.is_demo as "isDemo", i.scanned_at is not null as "hasResult"
          from image i join registry r on r.id = i.registry_id
          left join lateral (
            select re.name, p.retired_at is null as live from placement p
              join repository re on re.registry_id = p.registry_id and re.id = p.repository_id
             where p.registry_id = i.registry_id and p.digest = i.digest
             order by p.retired_at is null desc, p.last_pushed_at desc limit 1) place on true
         where i.registry_id = ${image.registryId} and i.digest = ${digestToBytes(image.digest)}`,
    executor,
  );
}

export interface ImageResult {
  state: "done" | "partial";
  scanId: string;
  analyserVersion: number;
  os: unknown;
  osState: string;
  endOfLifeAt: string | null;
  completeness: "complete" | "partial";
  diagnostics: readonly Diagnostic[];
  packageCount: number;
  inventorySha256: Uint8Array;
  setIds: bigint[];
  coverage: CoverageStatement;
  /** Set-user-id and set-group-id files; null = not looked at. */
  setIdFiles: unknown;
}

/** Writes the result of a scan onto its image. */
export async function saveImageResult(executor: Executor, image: ImageKey, result: ImageResult): Promise<void> {
  await execute(
    sql`update image set scan_state = ${result.state}, scan_reason = null, scanned_at = clock_timestamp(), last_scan_id = ${result.scanId},
          analyser_version = ${result.analyserVersion}, os = ${result.os === null ? null : JSON.stringify(result.os)},
          os_state = ${result.osState}, end_of_life_at = ${result.endOfLifeAt}, completeness = ${result.completeness},
          diagnostics = ${JSON.stringify(result.diagnostics)}, package_count = ${result.packageCount},
          inventory_sha256 = ${result.inventorySha256}, set_ids = ${result.setIds}::bigint[],
          coverage = ${storableJson(result.coverage)}::jsonb,
          set_id_files = ${result.setIdFiles === null ? null : storableJson(result.setIdFiles)}::jsonb
         where registry_id = ${image.registryId} and digest = ${digestToBytes(image.digest)}`,
    executor,
  );
}

/** Writes that the last scan of an image did not give a result. What an earlier scan found stays and is labelled by it. */
export async function saveImageFailure(
  executor: Executor,
  image: ImageKey,
  failure: { scanId: string; reason: string },
): Promise<void> {
  await execute(
    sql`update image set scan_state = 'failed', scan_reason = ${failure.reason}, last_scan_id = ${failure.scanId}
         where registry_id = ${image.registryId} and digest = ${digestToBytes(image.digest)}`,
    executor,
  );
}
