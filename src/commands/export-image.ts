import { z } from "zod";
import { Digest } from "#domain/digest.ts";
import { requireRole } from "#domain/require-role.ts";
import type { Actor } from "#domain/role.ts";
import { recordAudit } from "#store/audit.ts";
import { transaction } from "#store/transaction.ts";

export const ExportImageInput = z.object({
  digest: Digest,
  repository: z.string().max(300),
  format: z.enum(["csv", "cyclonedx", "cyclonedx-vex", "openvex-vex"]),
});

/** Notes that the findings or packages of an image left the house. Call it before the first byte is sent. */
export async function exportImage(actor: Actor, input: unknown): Promise<void> {
  requireRole(actor, "viewer");
  const { digest, repository, format } = ExportImageInput.parse(input);
  await transaction((tx) =>
    recordAudit(tx, actor, {
      action: "image.export",
      target: { kind: "image", id: digest, name: repository },
      after: { format },
    }),
  );
}
