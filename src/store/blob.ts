import { z } from "zod";
import { sha256 } from "./ids.ts";
import { type Executor, execute, selectRows, sql } from "./sql.ts";

/** Stores bytes under their SHA-256 and returns it. Storing the same bytes again does nothing. */
export async function storeBlob(executor: Executor, bytes: Uint8Array): Promise<Buffer<ArrayBuffer>> {
  const hash = sha256(bytes);
  await execute(
    sql`insert into blob (sha256, bytes, size_bytes) values (${hash}, ${bytes}, ${bytes.byteLength}) on conflict do nothing`,
    executor,
  );
  return hash;
}

/** Reads blobs by hash; the map's keys are lower-case hex. Hashes that are not stored are missing from it. */
export async function readBlobs(hashes: readonly Uint8Array[], executor?: Executor): Promise<Map<string, Uint8Array>> {
  if (hashes.length === 0) return new Map();
  const rows = await selectRows(
    z.object({ hash: z.string(), bytes: z.instanceof(Uint8Array) }),
    sql`select encode(sha256, 'hex') as hash, bytes from blob where sha256 = any(${hashes.map(Buffer.from)}::bytea[])`,
    executor,
  );
  return new Map(rows.map((row) => [row.hash, row.bytes]));
}
