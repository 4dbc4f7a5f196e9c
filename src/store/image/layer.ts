import { z } from "zod";
import { digestToBytes } from "#domain/digest.ts";
import { storeBlob } from "#store/blob.ts";
import { type Executor, execute, selectRows, sql } from "#store/sql.ts";
import { transaction } from "#store/transaction.ts";

export interface LayerKey {
  registryId: string;
  /** Digest of the blob as it lies in the registry. */
  blobDigest: string;
  /** Digest of the uncompressed tar, as the image configuration names it. */
  diffId: string;
  analyserVersion: number;
}

const StoredLayer = z.object({ blob: z.string(), diff: z.string(), facts: z.instanceof(Uint8Array) });

/**
 * The stored facts of those layers that were read before under exactly this pair of blob digest and diff id, in the order
 * asked for; null where a layer must be fetched. Marks the found ones as used.
 */
export async function readLayers(keys: readonly LayerKey[]): Promise<(Uint8Array | null)[]> {
  const [first] = keys;
  if (!first) return [];
  const rows = await selectRows(
    StoredLayer,
    sql`with wanted as (
          select * from unnest(${keys.map((key) => Buffer.from(digestToBytes(key.blobDigest)))}::bytea[],
            ${keys.map((key) => Buffer.from(digestToBytes(key.diffId)))}::bytea[]) as w (blob_digest, diff_id)),
        used as (
          update layer l set last_used_at = now() from wanted w
           where l.registry_id = ${first.registryId} and l.blob_digest = w.blob_digest and l.diff_id = w.diff_id
             and l.analyser_version = ${first.analyserVersion} and l.last_used_at < now() - interval '1 hour')
        select 'sha256:' || encode(l.blob_digest, 'hex') as blob, 'sha256:' || encode(l.diff_id, 'hex') as diff, b.bytes as facts
          from (select distinct * from wanted) w
          join layer l on l.registry_id = ${first.registryId} and l.blob_digest = w.blob_digest and l.diff_id = w.diff_id
               and l.analyser_version = ${first.analyserVersion}
          join blob b on b.sha256 = l.facts_sha256`,
  );
  const found = new Map(rows.map((row) => [`${row.blob} ${row.diff}`, row.facts]));
  return keys.map((key) => found.get(`${key.blobDigest} ${key.diffId}`) ?? null);
}

/** Keeps the facts of one layer. The caller has checked that the uncompressed bytes really have this diff id. */
export async function storeLayer(
  key: LayerKey,
  facts: { encoded: Uint8Array; uncompressedBytes: number },
): Promise<void> {
  await transaction(async (tx) => {
    const hash = await storeBlob(tx, facts.encoded);
    await execute(
      sql`insert into layer (registry_id, blob_digest, diff_id, analyser_version, facts_sha256, size_bytes)
          values (${key.registryId}, ${digestToBytes(key.blobDigest)}, ${digestToBytes(key.diffId)}, ${key.analyserVersion},
            ${hash}, ${facts.uncompressedBytes})
          on conflict (registry_id, blob_digest, diff_id, analyser_version)
            do update set facts_sha256 = excluded.facts_sha256, last_used_at = now()`,
      tx,
    );
  });
}

/** How many layers of a registry are known; for tests and the health page. */
export async function countLayers(registryId: string, executor?: Executor): Promise<number> {
  const [row] = await selectRows(
    z.object({ n: z.number() }),
    sql`select count(*)::int as n from layer where registry_id = ${registryId}`,
    executor,
  );
  return row?.n ?? 0;
}
