import { z } from "zod";
import { requireRole } from "#domain/require-role.ts";
import type { Actor } from "#domain/role.ts";
import { IsoColumn } from "#queries/list/columns.ts";
import { selectRows, sql } from "#store/sql.ts";

export const HostImagesParams = z.object({ hostId: z.uuid() });

const Row = z.object({
  imageId: z.string(),
  name: z.string(),
  tags: z.array(z.string()),
  sizeBytes: z.bigint().transform(Number),
  createdAt: IsoColumn.nullable(),
  isUsed: z.boolean(),
  /** Digest under which a connected registry holds it; null = its findings are not known. */
  scannedDigest: z.string().nullable(),
  critical: z.number().nullable(),
  high: z.number().nullable(),
  medium: z.number().nullable(),
  low: z.number().nullable(),
  unrated: z.number().nullable(),
  /** Verdict over the scanned image; null = it was not scanned. */
  posture: z.enum(["healthy", "unhealthy", "unknown"]).nullable(),
});
export type HostImageRow = z.infer<typeof Row>;

/** Images on a host, used ones first, with what our scans know of them; at most 500. */
export async function hostImages(
  actor: Actor,
  input: z.input<typeof HostImagesParams>,
): Promise<{ rows: HostImageRow[] }> {
  requireRole(actor, "viewer");
  const { hostId } = HostImagesParams.parse(input);
  const rows = await selectRows(
    Row,
    sql`select h.image_id as "imageId", h.name, h.tags, h.size_bytes as "sizeBytes", h.created_at as "createdAt", h.is_used as "isUsed",
          case when i.digest is null then null else 'sha256:' || encode(i.digest, 'hex') end as "scannedDigest", i.critical, i.high, i.medium, i.low,
          i.unrated, i.posture
          from host_image h left join lateral (
            select i.digest, i.scanned_at, coalesce(f.critical, 0) as critical, coalesce(f.high, 0) as high, coalesce(f.medium, 0) as medium,
                   coalesce(f.low, 0) as low, coalesce(f.unrated, 0) as unrated, coalesce(f.posture, 'unknown') as posture
              from image i left join image_figure f on f.registry_id = i.registry_id and f.digest = i.digest where i.scanned_at is not null
               and (i.digest = h.digest or i.config_digest = case when h.image_id ~ '^sha256:[0-9a-f]{64}$' then decode(substr(h.image_id, 8), 'hex') end)
             order by i.scanned_at desc limit 1) i on true
         where h.host_id = ${hostId} and h.gone_at is null order by h.is_used desc, h.name, h.image_id limit 500`,
  );
  return { rows };
}
