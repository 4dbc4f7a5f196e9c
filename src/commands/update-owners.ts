import { z } from "zod";
import { OwnerName, OwnerRule } from "#domain/owner.ts";
import { requireRole } from "#domain/require-role.ts";
import type { Actor } from "#domain/role.ts";
import { recordAudit } from "#store/audit.ts";
import { recordChange } from "#store/change.ts";
import { lockOwners, readOwnerSettings, writeOwnerSettings } from "#store/owner/owner.ts";
import { type OwnerChange, ownerChanges, settleAllOwners } from "#store/owner/settle-owners.ts";
import { transaction } from "#store/transaction.ts";

export const OwnerSettingsInput = z.object({
  /** Labels of an image that name its owner, the first that it has counts. */
  labels: z.array(z.string().trim().min(1).max(200)).max(20),
  defaultOwner: OwnerName.nullable(),
  /** In their order; the first that matches counts. */
  rules: z.array(OwnerRule).max(1000),
});

/** How many live repositories and hosts get another owner, and the first of them. */
export interface OwnerPreview {
  total: number;
  changes: OwnerChange[];
}

/** Replaces how owners are found and gives every repository, image, registry and host its owner. */
export async function updateOwners(actor: Actor, input: unknown): Promise<OwnerPreview> {
  requireRole(actor, "admin");
  const to = OwnerSettingsInput.parse(input);
  return transaction(async (tx) => {
    await lockOwners(tx);
    const before = await readOwnerSettings(tx);
    await writeOwnerSettings(tx, to, actor.name);
    const changed = await ownerChanges(tx);
    await settleAllOwners(tx);
    await recordAudit(tx, actor, {
      action: "owners.update",
      target: { kind: "setting", id: "owners" },
      before,
      after: to,
    });
    await recordChange(tx, "containers", "vulnerabilities");
    return changed;
  });
}

/** What `updateOwners` would change. It writes the settings, asks, and takes everything back. */
export async function previewOwners(actor: Actor, input: unknown): Promise<OwnerPreview> {
  requireRole(actor, "admin");
  const to = OwnerSettingsInput.parse(input);
  return transaction(async (tx) => {
    await tx.query("savepoint preview");
    await writeOwnerSettings(tx, to, actor.name);
    const changed = await ownerChanges(tx);
    await tx.query("rollback to savepoint preview");
    return changed;
  });
}
