import { z } from "zod";
import { AppError } from "#domain/app-error.ts";
import { Digest, digestToBytes } from "#domain/digest.ts";
import { requireRole } from "#domain/require-role.ts";
import type { Actor } from "#domain/role.ts";
import { recordAudit } from "#store/audit.ts";
import { recordChange } from "#store/change.ts";
import { queueScan } from "#store/image/image-scan.ts";
import { selectFirst, sql } from "#store/sql.ts";
import { transaction } from "#store/transaction.ts";

export const RescanImageInput = z.object({ registryId: z.uuid(), digest: Digest });

/**
 * Queues a scan of an image ahead of pushed ones. While one waits or runs, that one is returned with `added: false`. Throws
 * `not-found` when the registry holds no such image.
 */
export async function rescanImage(actor: Actor, input: unknown): Promise<{ scanId: string; added: boolean }> {
  requireRole(actor, "analyst");
  const image = RescanImageInput.parse(input);
  return transaction(async (tx) => {
    const known = await selectFirst(
      z.object({ repository: z.string() }),
      sql`select r.name as repository from placement p
            join registry g on g.id = p.registry_id and g.deleted_at is null
            join repository r on r.registry_id = p.registry_id and r.id = p.repository_id
           where p.registry_id = ${image.registryId} and p.digest = ${digestToBytes(image.digest)} and p.retired_at is null
           order by p.last_pushed_at desc limit 1`,
      tx,
    );
    if (!known)
      throw new AppError("not-found", "The registry no longer holds this image, so it cannot be scanned again.");
    const scan = await queueScan(tx, image, "person");
    await recordAudit(tx, actor, {
      action: "image.rescan",
      target: { kind: "image", id: image.digest, name: known.repository },
      after: { scanId: scan.scanId, added: scan.added },
    });
    await recordChange(tx, `image:${image.digest}`, "jobs");
    return scan;
  });
}
