import { z } from "zod";

/** `sha256:` and 64 lower-case hex digits, the only digest algorithm that registries use in practice. */
export const Digest = z.string().regex(/^sha256:[0-9a-f]{64}$/, "not a sha256 digest");
export type Digest = z.infer<typeof Digest>;

/** The 32 raw bytes that the database stores. Throws RangeError when the text is not a sha256 digest. */
export function digestToBytes(digest: string): Uint8Array<ArrayBuffer> {
  if (!Digest.safeParse(digest).success) throw new RangeError(`Not a sha256 digest: ${digest.slice(0, 80)}`);
  const bytes = new Uint8Array(32);
  for (let index = 0; index < 32; index += 1) {
    bytes[index] = Number.parseInt(digest.slice(7 + index * 2, 9 + index * 2), 16);
  }
  return bytes;
}

/** Text form of 32 stored bytes. */
export function bytesToDigest(bytes: Uint8Array): Digest {
  let hex = "";
  for (const byte of bytes) hex += byte.toString(16).padStart(2, "0");
  return `sha256:${hex}`;
}

/** First 12 hex digits, as people read and paste them. */
export function shortDigest(digest: string): string {
  return digest.replace(/^sha256:/, "").slice(0, 12);
}
