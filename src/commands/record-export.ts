import { z } from "zod";
import { requireRole } from "#domain/require-role.ts";
import type { Actor } from "#domain/role.ts";
import { recordAudit } from "#store/audit.ts";
import { transaction } from "#store/transaction.ts";

export const RecordExportInput = z.object({
  /** The view that leaves the house, for example `audit`. */
  view: z.string().max(50),
  format: z.enum(["csv", "json"]),
  filters: z.record(z.string(), z.unknown()),
});

/** Notes that data left the house. Call it before the first byte is sent. */
export async function recordExport(actor: Actor, input: unknown): Promise<void> {
  requireRole(actor, "viewer");
  const { view, format, filters } = RecordExportInput.parse(input);
  await transaction((tx) =>
    recordAudit(tx, actor, {
      action: `${view}.export`,
      target: { kind: "export", name: `${view}.${format}` },
      after: { filters },
    }),
  );
}
