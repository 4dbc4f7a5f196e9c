import { z } from "zod";
import { clock } from "#clock.ts";
import { AppError } from "#domain/app-error.ts";
import { requireRole } from "#domain/require-role.ts";
import type { Actor } from "#domain/role.ts";
import { recordAudit } from "#store/audit.ts";
import { findExemption } from "#store/exemption/exemption.ts";
import { endExemption as end } from "#store/exemption/settle-exemption.ts";
import { transaction } from "#store/transaction.ts";
import { auditTarget, changeOf, type ExemptionChange } from "./exempt.ts";

const Input = z.object({ exemptionId: z.uuid() });

/** Ends an exemption before its time: what it covered counts again at once. Throws `conflict` for one that is over. */
export async function endExemption(actor: Actor, input: unknown): Promise<ExemptionChange> {
  requireRole(actor, "analyst");
  const { exemptionId } = Input.parse(input);
  const now = clock.now();
  return transaction(async (tx) => {
    const exemption = await findExemption(tx, exemptionId);
    if (!exemption) throw new AppError("not-found", "There is no such exemption.");
    if (exemption.endedAt !== null) throw new AppError("conflict", "This exemption is over already.");
    const outcome = await end(tx, exemption, { at: now, by: actor.name, because: "person" });
    const {
      subjectKind,
      subject,
      rootId,
      repositoryId,
      resourceId,
      item,
      packageName,
      conditions,
      reason,
      note,
      expiresAt,
    } = exemption;
    await recordAudit(tx, actor, {
      action: "exemption.end",
      target: auditTarget({ kind: subjectKind, id: subject }, { rootId }),
      before: {
        id: exemptionId,
        scope: { rootId, repositoryId, resourceId, item, packageName },
        conditions,
        reason,
        note,
        expiresAt,
      },
      after: { endedAt: now },
    });
    return changeOf([outcome]);
  });
}
