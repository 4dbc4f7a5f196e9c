import { z } from "zod";
import { type Statement, selectFirst, selectRows, sql } from "#store/sql.ts";

// Images lie below registries, containers below hosts: they meet by digest in a second query, never in one join over both roots.

/** An image as engines know it: by its manifest, or (classic stores) by its configuration. */
export interface RunnableImage {
  digest: Uint8Array;
  configDigest: Uint8Array | null;
}

/** That `image i` is what `host_container c` was made from. What an agent calls an image id need not be a digest. */
export const isImageOf = sql`(i.digest = c.image_digest
  or i.config_digest = case when c.image_id ~ '^sha256:[0-9a-f]{64}$' then decode(substr(c.image_id, 8), 'hex') end)`;

/** Containers of live hosts that are there now and were made from one of these images. Columns of `host_container c`, `host h`. */
export function containersOf(images: readonly RunnableImage[]): Statement {
  const digests = images.map(({ digest }) => Buffer.from(digest));
  const ids = images.flatMap(({ configDigest }) =>
    configDigest === null ? [] : [`sha256:${Buffer.from(configDigest).toString("hex")}`],
  );
  return sql`from host_container c join host h on h.id = c.host_id and h.removed_at is null
    where c.gone_at is null and (c.image_digest = any(${digests}::bytea[]) or c.image_id = any(${ids}::text[]))`;
}

/** How many containers of these images run, and on how many hosts; null when no host is connected, so that nothing is known. */
export async function runningCount(
  images: readonly RunnableImage[],
): Promise<{ containers: number; running: number; hosts: number } | null> {
  const row = await selectFirst(
    z.object({ containers: z.number(), running: z.number(), hosts: z.number(), known: z.boolean() }),
    sql`select count(*)::int as containers, (count(*) filter (where c.state = 'running'))::int as running,
               count(distinct c.host_id)::int as hosts,
               exists (select 1 from host where removed_at is null and last_report_at is not null) as known
          ${containersOf(images)}`,
  );
  if (!row?.known) return null;
  const { known: _known, ...counts } = row;
  return counts;
}

const MOST = 50_000;

/** The images that run anywhere, as a condition on `image i`. The first of two queries; `isRunning` false gives those that do not. */
export async function runsCondition(isRunning: boolean): Promise<Statement> {
  const rows = await selectRows(
    z.object({ digest: z.instanceof(Uint8Array).nullable(), imageId: z.string().nullable() }),
    sql`select distinct c.image_digest as digest, c.image_id as "imageId" from host_container c
          join host h on h.id = c.host_id and h.removed_at is null
         where c.gone_at is null and c.state = 'running' limit ${MOST}`,
  );
  const digests = rows.flatMap(({ digest }) => (digest === null ? [] : [Buffer.from(digest)]));
  const configs = rows.flatMap(({ imageId }) => {
    const hex = /^sha256:([0-9a-f]{64})$/.exec(imageId ?? "")?.[1];
    return hex ? [Buffer.from(hex, "hex")] : [];
  });
  const runs = sql`(i.digest = any(${digests}::bytea[]) or i.config_digest = any(${configs}::bytea[]))`;
  return isRunning ? runs : sql`not coalesce(${runs}, false)`;
}
