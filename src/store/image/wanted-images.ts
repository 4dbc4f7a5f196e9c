import { digestToBytes } from "#domain/digest.ts";
import { type Statement, sql } from "#store/sql.ts";
import type { ImageKey } from "./image-scan.ts";

/** A `select` of registry_id and digest of these images, for use inside a statement. */
export function wantedImages(images: readonly ImageKey[]): Statement {
  return sql`select distinct w.registry_id, w.digest from unnest(${images.map((image) => image.registryId)}::uuid[],
    ${images.map((image) => Buffer.from(digestToBytes(image.digest)))}::bytea[]) as w (registry_id, digest)`;
}
