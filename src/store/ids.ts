import { createHash, randomBytes } from "node:crypto";
import { clock } from "#clock.ts";

/** A time-ordered random id (RFC 9562, UUIDv7) for rows that the world has no key for. */
export function newId(at: Date = clock.now()): string {
  const bytes = randomBytes(16);
  bytes.writeUIntBE(at.getTime(), 0, 6);
  bytes[6] = ((bytes[6] ?? 0) & 0x0f) | 0x70;
  bytes[8] = ((bytes[8] ?? 0) & 0x3f) | 0x80;
  return formatUuid(bytes);
}

/** A stable UUID-shaped id for a row whose natural key is known: the same parts give the same id on every machine. */
export function stableUuid(...parts: string[]): string {
  const bytes = createHash("sha256").update(parts.join("\u0000")).digest().subarray(0, 16);
  bytes[6] = ((bytes[6] ?? 0) & 0x0f) | 0x80;
  bytes[8] = ((bytes[8] ?? 0) & 0x3f) | 0x80;
  return formatUuid(bytes);
}

/**
 * A stable signed 64-bit id for narrow tables with many rows (package versions, advisories, vulnerabilities, sets).
 * Derived from the natural key, so that bulk loads need no look-up of generated ids.
 */
export function stableBigInt(...parts: string[]): bigint {
  return createHash("sha256").update(parts.join("\u0000")).digest().readBigInt64BE(0);
}

/** SHA-256 of the given bytes or text. */
export function sha256(content: string | Uint8Array): Buffer<ArrayBuffer> {
  return Buffer.from(createHash("sha256").update(content).digest());
}

function formatUuid(bytes: Buffer): string {
  const hex = bytes.toString("hex");
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
}
