import { z } from "zod";
import { bytesToDigest, digestToBytes } from "#domain/digest.ts";
import { stableUuid } from "#store/ids.ts";
import { type Executor, execute, selectRows, sql } from "#store/sql.ts";
import type { ImageLayer } from "./image.ts";
import type { RepositoryKey } from "./manifest.ts";

/** One platform image as it was read from the registry. */
export interface ArrivedImage {
  digest: string;
  platform: string;
  mediaType: string;
  configDigest: string;
  sizeBytes: number;
  layers: ImageLayer[];
  history: unknown;
  config: unknown;
  createdAt: Date | null;
  /** Why it cannot be scanned, if so. */
  unusable: string | null;
}

/** Adds the content of an image, once per registry. */
export async function recordImage(executor: Executor, registryId: string, image: ArrivedImage): Promise<void> {
  await execute(
    sql`insert into image (registry_id, digest, platform, media_type, config_digest, size_bytes, layers, history, config, created_at, scan_state, scan_reason)
        values (${registryId}, ${digestToBytes(image.digest)}, ${image.platform}, ${image.mediaType}, ${digestToBytes(image.configDigest)},
          ${image.sizeBytes}, ${JSON.stringify(image.layers)}, ${JSON.stringify(image.history)}, ${JSON.stringify(image.config)},
          ${image.createdAt}, ${image.unusable ? "failed" : "queued"}, ${image.unusable})
        on conflict (registry_id, digest) do nothing`,
    executor,
  );
}

/** True when this analyser version has not scanned the image. An image whose manifest cannot be read as one is never scanned. */
export async function needsScan(
  executor: Executor,
  image: { registryId: string; digest: string },
  analyserVersion: number,
): Promise<boolean> {
  const found = await execute(
    sql`select 1 from image where registry_id = ${image.registryId} and digest = ${digestToBytes(image.digest)}
          and analyser_version is distinct from ${analyserVersion} and not (scan_state = 'failed' and last_scan_id is null)`,
    executor,
  );
  return found > 0;
}

/** Platform images of this registry whose content is known already, with their platform. */
export async function knownImages(
  registryId: string,
  digests: readonly string[],
  executor?: Executor,
): Promise<Map<string, string>> {
  if (digests.length === 0) return new Map();
  const rows = await selectRows(
    z.object({ digest: z.instanceof(Uint8Array), platform: z.string() }),
    sql`select digest, platform from image where registry_id = ${registryId} and digest = any(${digests.map(digestToBytes).map(Buffer.from)}::bytea[])`,
    executor,
  );
  return new Map(rows.map((row) => [bytesToDigest(row.digest), row.platform]));
}

/** Puts an image into a repository, or brings it back there. */
export async function recordPlacement(
  executor: Executor,
  repository: RepositoryKey,
  place: { digest: string; platform: string; pushedAt: Date },
): Promise<void> {
  const id = stableUuid(repository.registryId, repository.id, place.digest, place.platform);
  await execute(
    sql`insert into placement (registry_id, repository_id, digest, platform, id, last_pushed_at)
        values (${repository.registryId}, ${repository.id}, ${digestToBytes(place.digest)}, ${place.platform}, ${id},
          ${place.pushedAt})
        on conflict (registry_id, repository_id, digest, platform) do update set retired_at = null, retired_reason = null,
          last_pushed_at = greatest(placement.last_pushed_at, excluded.last_pushed_at)`,
    executor,
  );
}

/** Retires the places of images that are gone from a repository. Returns the digests whose place was open until now. */
export async function retirePlacements(
  executor: Executor,
  repository: RepositoryKey,
  gone: { digests: readonly string[]; reason: string },
): Promise<string[]> {
  if (gone.digests.length === 0) return [];
  const rows = await selectRows(
    z.object({ digest: z.instanceof(Uint8Array) }),
    sql`update placement set retired_at = clock_timestamp(), retired_reason = ${gone.reason}
         where registry_id = ${repository.registryId} and repository_id = ${repository.id} and retired_at is null
           and digest = any(${gone.digests.map(digestToBytes).map(Buffer.from)}::bytea[])
        returning digest`,
    executor,
  );
  return rows.map((row) => bytesToDigest(row.digest));
}

/** Digests of the images that are open in a repository. */
export async function livePlacements(executor: Executor, repository: RepositoryKey): Promise<string[]> {
  const rows = await selectRows(
    z.object({ digest: z.instanceof(Uint8Array) }),
    sql`select distinct digest from placement where registry_id = ${repository.registryId} and repository_id = ${repository.id} and retired_at is null`,
    executor,
  );
  return rows.map((row) => bytesToDigest(row.digest));
}
