import { z } from "zod";
import { type Executor, execute, selectRows, sql } from "#store/sql.ts";
import { storableJson, storableText } from "#store/storable-text.ts";

export interface SeenContainer {
  containerId: string;
  name: string;
  imageRef: string | null;
  imageId: string | null;
  /** `sha256:…` of the image in its registry, where the host knows it. */
  imageDigest: string | null;
  state: string;
  /** User, privileges, mounts, ports and limits as the container page shows them. */
  facts: unknown;
  /** Ids of the controls that it breaks, exempt ones included. */
  brokenRules: string[];
}

export interface SeenImage {
  imageId: string;
  name: string;
  tags: string[];
  digests: string[];
  digest: string | null;
  sizeBytes: number;
  createdAt: string | null;
  isUsed: boolean;
}

const bytesOrNull = (digest: string | null) =>
  digest && /^sha256:[0-9a-f]{64}$/.test(digest) ? Buffer.from(digest.slice(7), "hex") : null;

/** Makes the host's containers those of a report; ones that are gone keep their row with the time they were last seen. */
export async function saveHostContainers(
  executor: Executor,
  hostId: string,
  save: { containers: readonly SeenContainer[]; at: Date },
): Promise<void> {
  const { containers, at } = save;
  const column = <Value>(pick: (container: SeenContainer) => Value) => containers.map(pick);
  await execute(
    sql`insert into host_container (host_id, container_id, name, image_ref, image_id, image_digest, state, facts, failing, broken_rules, first_seen_at, last_seen_at)
        select ${hostId}, c.id, c.name, c.image_ref, c.image_id, c.image_digest, c.state, c.facts::jsonb, c.failing, array(select jsonb_array_elements_text(c.broken_rules::jsonb)), ${at}, ${at}
          from unnest(${column((c) => storableText(c.containerId))}::text[], ${column((c) => storableText(c.name))}::text[], ${column((c) => (c.imageRef === null ? null : storableText(c.imageRef)))}::text[],
            ${column((c) => (c.imageId === null ? null : storableText(c.imageId)))}::text[], ${column((c) => bytesOrNull(c.imageDigest))}::bytea[], ${column((c) => storableText(c.state))}::text[],
            ${column((c) => storableJson(c.facts))}::text[], ${column((c) => c.brokenRules.length)}::int[], ${column((c) => JSON.stringify(c.brokenRules))}::text[])
          as c (id, name, image_ref, image_id, image_digest, state, facts, failing, broken_rules)
        on conflict (host_id, container_id) do update set name = excluded.name, image_ref = excluded.image_ref, image_id = excluded.image_id,
          image_digest = excluded.image_digest, state = excluded.state, facts = excluded.facts, failing = excluded.failing, broken_rules = excluded.broken_rules,
          last_seen_at = excluded.last_seen_at, gone_at = null`,
    executor,
  );
  await execute(
    sql`update host_container set gone_at = ${at}, state = 'gone' where host_id = ${hostId} and gone_at is null
          and container_id <> all(${column((c) => storableText(c.containerId))}::text[])`,
    executor,
  );
}

/** Makes the host's images those of a report. */
export async function saveHostImages(
  executor: Executor,
  hostId: string,
  save: { images: readonly SeenImage[]; at: Date },
): Promise<void> {
  const { images, at } = save;
  const column = <Value>(pick: (image: SeenImage) => Value) => images.map(pick);
  await execute(
    sql`insert into host_image (host_id, image_id, name, tags, digests, digest, size_bytes, created_at, is_used, first_seen_at)
        select ${hostId}, i.id, i.name, array(select jsonb_array_elements_text(i.tags::jsonb)), array(select jsonb_array_elements_text(i.digests::jsonb)),
          i.digest, i.size_bytes, i.created_at, i.is_used, ${at}
          from unnest(${column((i) => storableText(i.imageId))}::text[], ${column((i) => storableText(i.name))}::text[], ${column((i) => storableJson(i.tags))}::text[],
            ${column((i) => storableJson(i.digests))}::text[], ${column((i) => bytesOrNull(i.digest))}::bytea[], ${column((i) => i.sizeBytes)}::bigint[],
            ${column((i) => i.createdAt)}::timestamptz[], ${column((i) => i.isUsed)}::boolean[])
          as i (id, name, tags, digests, digest, size_bytes, created_at, is_used)
        on conflict (host_id, image_id) do update set name = excluded.name, tags = excluded.tags, digests = excluded.digests, digest = excluded.digest,
          size_bytes = excluded.size_bytes, created_at = excluded.created_at, is_used = excluded.is_used, gone_at = null`,
    executor,
  );
  await execute(
    sql`update host_image set gone_at = ${at} where host_id = ${hostId} and gone_at is null and image_id <> all(${column((i) => storableText(i.imageId))}::text[])`,
    executor,
  );
}

const SetIdFilesColumn = z.object({ files: z.array(z.object({ path: z.string() })), count: z.number() });

/**
 * What our own scans know of images, by digest or config digest (which is a Docker image's id): age, findings that can be
 * fixed, package names. Images that were never scanned are missing.
 */
export function scansOfImages(executor: Executor, digests: readonly string[]) {
  const Row = z.object({
    digest: z.string(),
    configDigest: z.string().nullable(),
    scannedAt: z.date(),
    assessed: z.boolean(),
    critical: z.number(),
    high: z.number(),
    packages: z.array(z.string()),
    setIdFiles: SetIdFilesColumn.nullable().catch(null),
  });
  const wanted = digests.flatMap((digest) => bytesOrNull(digest) ?? []);
  return selectRows(
    Row,
    sql`with found as (
          select distinct on (digest) registry_id, digest, config_digest, scanned_at, scan_state, os_state, set_id_files from image
           where (digest = any(${wanted}::bytea[]) or config_digest = any(${wanted}::bytea[])) and scanned_at is not null
           order by digest, scanned_at desc),
        packages as (
          select f.digest, pv.id, pv.name from found f join image_set s on s.registry_id = f.registry_id and s.digest = f.digest
            join set_package sp on sp.registry_id = s.registry_id and sp.set_id = s.set_id join package_version pv on pv.id = sp.package_version_id),
        fixable as (
          select p.digest, (count(*) filter (where pa.severity = 'critical'))::int as critical, (count(*) filter (where pa.severity = 'high'))::int as high
            from packages p join package_advisory pa on pa.package_version_id = p.id
           where pa.hidden_reason is null and pa.fixed_version is not null group by p.digest)
        select 'sha256:' || encode(f.digest, 'hex') as digest, 'sha256:' || encode(f.config_digest, 'hex') as "configDigest", f.scanned_at as "scannedAt",
          (f.scan_state in ('done', 'partial') and f.os_state <> 'unknown-distribution') as assessed, coalesce(x.critical, 0) as critical,
          coalesce(x.high, 0) as high, coalesce((select array_agg(distinct p.name) from packages p where p.digest = f.digest), '{}') as packages,
          f.set_id_files as "setIdFiles"
          from found f left join fixable x on x.digest = f.digest`,
    executor,
  );
}
