import { z } from "zod";
import { bytesToDigest, digestToBytes } from "#domain/digest.ts";

/** A timestamp column as the ISO text that results carry. */
export const IsoColumn = z.date().transform((date) => date.toISOString());

/** A bigint column (id or byte size) as text, because JSON has no such number. */
export const BigIntColumn = z.bigint().transform(String);

/** A 32-byte digest column as `sha256:…`. */
export const DigestColumn = z.instanceof(Uint8Array).transform((bytes) => bytesToDigest(bytes));

/** A digest as the bind value of a bytea column. */
export function digestValue(digest: string): Buffer {
  return Buffer.from(digestToBytes(digest));
}

/** Text that people typed, as the pattern of `ilike`: wildcards in it are taken literally. */
export function likePattern(text: string): string {
  return `%${text.replace(/[\\%_]/g, (wildcard) => `\\${wildcard}`)}%`;
}
