import { promisify } from "node:util";
import { gunzip, zstdDecompress } from "node:zlib";
import { z } from "zod";
import { InstalledPackage, SkippedPackage } from "#engines/image-scan/facts.ts";
import { selectFirst, sql } from "#store/sql.ts";

const gunzipAsync = promisify(gunzip);
const unzstdAsync = promisify(zstdDecompress);
/** An inventory of a large image is a few MB; more than this is not read into a page. */
const maxInventoryBytes = 128 * 1024 * 1024;

/** A package with the id of its package version, as the scan stored it. */
const StoredPackage = InstalledPackage.extend({ packageVersionId: z.string() });
export type StoredPackage = z.infer<typeof StoredPackage>;

const StoredInventory = z.object({
  packages: z.array(StoredPackage),
  skipped: z.array(SkippedPackage).default([]),
});
export type StoredInventory = z.infer<typeof StoredInventory>;

// Inventories never change (named by their hash), so the last few may stay parsed.
const recent = new Map<string, Promise<StoredInventory | null>>();
const recentLimit = 6;

/** The stored inventory of an image, or null when the image was never scanned or the blob is gone. */
export function inventoryBlob(sha256: Uint8Array | null): Promise<StoredInventory | null> {
  if (!sha256) return Promise.resolve(null);
  const key = Buffer.from(sha256).toString("hex");
  const known = recent.get(key);
  if (known) return known;
  const loading = load(sha256);
  recent.set(key, loading);
  const forget = () => recent.delete(key);
  loading.then((inventory) => inventory ?? forget(), forget);
  if (recent.size > recentLimit) recent.delete(recent.keys().next().value ?? key);
  return loading;
}

async function load(sha256: Uint8Array): Promise<StoredInventory | null> {
  const row = await selectFirst(
    z.object({ bytes: z.instanceof(Uint8Array) }),
    sql`select bytes from blob where sha256 = ${Buffer.from(sha256)}`,
  );
  if (!row) return null;
  const json = await unpack(row.bytes);
  return StoredInventory.parse(JSON.parse(new TextDecoder().decode(json)));
}

async function unpack(bytes: Uint8Array): Promise<Uint8Array> {
  const isZstd = bytes[0] === 0x28 && bytes[1] === 0xb5 && bytes[2] === 0x2f && bytes[3] === 0xfd;
  if (isZstd) return unzstdAsync(bytes, { maxOutputLength: maxInventoryBytes });
  const isGzip = bytes[0] === 0x1f && bytes[1] === 0x8b;
  return isGzip ? gunzipAsync(bytes, { maxOutputLength: maxInventoryBytes }) : bytes;
}
