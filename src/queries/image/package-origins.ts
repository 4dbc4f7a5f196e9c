import { z } from "zod";
import { type BaseLayers, baseLayers } from "#engines/image-scan/base-layers.ts";
import { digestValue } from "#queries/list/columns.ts";
import { selectFirst, sql } from "#store/sql.ts";
import type { ImagePlace } from "./image-place.ts";
import { inventoryBlob } from "./inventory-blob.ts";

/** Where a package version lies: its topmost occurrence, because an upgrade in the base does not help what lies above it. */
export interface PackageOrigin {
  path: string;
  /** Counted from 1 = lowest. */
  layer: number;
  /** Came with the base image; null where the history does not tell. */
  isBase: boolean | null;
}

/** Origins by id of the package version, and what is known of the base. Empty for an image without stored inventory. */
export type PackageOrigins = ReadonlyMap<string, PackageOrigin> & { base: BaseLayers | null };

/** Reads where the packages of an image lie. */
export async function packageOrigins(place: Pick<ImagePlace, "registryId" | "digest">): Promise<PackageOrigins> {
  const image = await selectFirst(
    z.object({
      history: z.unknown(),
      config: z.unknown(),
      layer_count: z.number(),
      inventory_sha256: z.instanceof(Uint8Array).nullable(),
    }),
    sql`select history, config, jsonb_array_length(layers) as layer_count, inventory_sha256
          from image where registry_id = ${place.registryId} and digest = ${digestValue(place.digest)}`,
  );
  const base = image ? baseLayers(image.history, image.config, image.layer_count) : null;
  const origins = new Map<string, PackageOrigin>();
  for (const pkg of (await inventoryBlob(image?.inventory_sha256 ?? null))?.packages ?? []) {
    const layer = pkg.layer + 1;
    if ((origins.get(pkg.packageVersionId)?.layer ?? 0) < layer) {
      origins.set(pkg.packageVersionId, { path: pkg.path, layer, isBase: base ? layer <= base.layers : null });
    }
  }
  return Object.assign(origins, { base });
}
