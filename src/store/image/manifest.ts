import { z } from "zod";
import { bytesToDigest, digestToBytes } from "#domain/digest.ts";
import { type Executor, execute, selectRows, sql } from "#store/sql.ts";

/** A repository's key. */
export interface RepositoryKey {
  registryId: string;
  id: string;
}

export interface ManifestRecord {
  digest: string;
  mediaType: string;
  sizeBytes: number;
  kind: "image" | "index" | "other";
  /** Of an index: its entries. */
  children:
    | { digest: string; platform: string | null; isAttestation: boolean; subject?: string | null; note?: string }[]
    | null;
  annotations: Record<string, string>;
  /** Of what is no image: its media type, and the image or index that it is about. */
  artifactType: string | null;
  subjectDigest: string | null;
}

/** Adds manifests, or brings them back when they were retired. Returns the digests that were not known before. */
export async function recordManifests(
  executor: Executor,
  repository: RepositoryKey,
  manifests: readonly ManifestRecord[],
): Promise<Set<string>> {
  const fresh = new Set<string>();
  for (const manifest of manifests) {
    const [row] = await selectRows(
      z.object({ isNew: z.boolean() }),
      sql`insert into manifest (registry_id, repository_id, digest, media_type, size_bytes, kind, children, annotations,
            artifact_type, subject_digest)
          values (${repository.registryId}, ${repository.id}, ${digestToBytes(manifest.digest)}, ${manifest.mediaType}, ${manifest.sizeBytes},
            ${manifest.kind}, ${manifest.children ? JSON.stringify(manifest.children) : null}, ${JSON.stringify(manifest.annotations)},
            ${manifest.artifactType}, ${manifest.subjectDigest ? digestToBytes(manifest.subjectDigest) : null})
          on conflict (registry_id, repository_id, digest) do update set retired_at = null, retired_reason = null, children = excluded.children,
            kind = excluded.kind, artifact_type = excluded.artifact_type, subject_digest = coalesce(excluded.subject_digest, manifest.subject_digest)
          returning xmax = 0 as "isNew"`,
      executor,
    );
    if (row?.isNew) fresh.add(manifest.digest);
  }
  return fresh;
}

/**
 * Notes which platform images the given manifests, and every index above them, stand for: an image may lie in any number of
 * indexes, and an index may arrive before or after what it lists.
 */
export async function linkImages(
  executor: Executor,
  repository: RepositoryKey,
  digests: readonly string[],
): Promise<void> {
  const own = sql`m.registry_id = ${repository.registryId} and m.repository_id = ${repository.id}`;
  await execute(
    sql`with recursive above (digest) as (
          select digest from unnest(${digests.map(digestToBytes).map(Buffer.from)}::bytea[]) as given (digest)
          union
          select m.digest from above a join manifest m on ${own} and m.kind = 'index'
             and m.children @> jsonb_build_array(jsonb_build_object('digest', 'sha256:' || encode(a.digest, 'hex')))),
        below (top, digest) as (
          select m.digest, m.digest from above a join manifest m on ${own} and m.digest = a.digest and m.kind = 'index'
          union
          select b.top, decode(substr(child ->> 'digest', 8), 'hex') from below b
            join manifest m on ${own} and m.digest = b.digest and m.kind = 'index'
            cross join lateral jsonb_array_elements(m.children) as child)
        insert into manifest_image (registry_id, repository_id, digest, image_digest)
        select distinct ${repository.registryId}::uuid, ${repository.id}::uuid, b.top, b.digest
          from below b join manifest m on ${own} and m.digest = b.digest and m.kind = 'image'
        on conflict do nothing`,
    executor,
  );
}

/** True when the repository holds this manifest, retired or not. */
export async function knowsManifest(executor: Executor, repository: RepositoryKey, digest: string): Promise<boolean> {
  const found = await execute(
    sql`select 1 from manifest where registry_id = ${repository.registryId} and repository_id = ${repository.id} and digest = ${digestToBytes(digest)}`,
    executor,
  );
  return found > 0;
}

/** Retires manifests that the registry no longer has. */
export async function retireManifests(
  executor: Executor,
  repository: RepositoryKey,
  gone: { digests: readonly string[]; reason: string },
): Promise<number> {
  return execute(
    sql`update manifest set retired_at = clock_timestamp(), retired_reason = ${gone.reason}
         where registry_id = ${repository.registryId} and repository_id = ${repository.id} and retired_at is null
           and digest = any(${gone.digests.map(digestToBytes).map(Buffer.from)}::bytea[])`,
    executor,
  );
}

/** Digests of all manifests that are not retired. */
export async function liveManifests(executor: Executor, repository: RepositoryKey): Promise<string[]> {
  const rows = await selectRows(
    z.object({ digest: z.instanceof(Uint8Array) }),
    sql`select digest from manifest where registry_id = ${repository.registryId} and repository_id = ${repository.id} and retired_at is null`,
    executor,
  );
  return rows.map((row) => bytesToDigest(row.digest));
}

/**
 * Of the given digests, those that a live tag or a live index (of any depth) no longer reaches.
 */
export async function unreachable(
  executor: Executor,
  repository: RepositoryKey,
  digests: readonly string[],
): Promise<string[]> {
  if (digests.length === 0) return [];
  const rows = await selectRows(
    z.object({ digest: z.instanceof(Uint8Array) }),
    sql`with recursive reached (digest) as (
          select t.digest from tag t where t.registry_id = ${repository.registryId} and t.repository_id = ${repository.id} and t.retired_at is null
          union
          select decode(substr(child ->> 'digest', 8), 'hex') from reached r
            join manifest m on m.registry_id = ${repository.registryId} and m.repository_id = ${repository.id} and m.digest = r.digest
              and m.retired_at is null and m.kind = 'index'
            cross join lateral jsonb_array_elements(m.children) as child)
        select asked.digest from unnest(${digests.map(digestToBytes).map(Buffer.from)}::bytea[]) as asked (digest)
         where not exists (select 1 from reached r where r.digest = asked.digest)`,
    executor,
  );
  return rows.map((row) => bytesToDigest(row.digest));
}

/** The given digests and, where one is an index, everything below it. */
export async function withDescendants(
  executor: Executor,
  repository: RepositoryKey,
  digests: readonly string[],
): Promise<string[]> {
  if (digests.length === 0) return [];
  const rows = await selectRows(
    z.object({ digest: z.instanceof(Uint8Array) }),
    sql`with recursive below (digest) as (
          select digest from unnest(${digests.map(digestToBytes).map(Buffer.from)}::bytea[]) as asked (digest)
          union
          select decode(substr(child ->> 'digest', 8), 'hex') from below b
            join manifest m on m.registry_id = ${repository.registryId} and m.repository_id = ${repository.id} and m.digest = b.digest and m.kind = 'index'
            cross join lateral jsonb_array_elements(m.children) as child)
        select digest from below`,
    executor,
  );
  return rows.map((row) => bytesToDigest(row.digest));
}
