import { z } from "zod";
import { clock } from "#clock.ts";
import { AppError } from "#domain/app-error.ts";
import { requireRole } from "#domain/require-role.ts";
import type { Actor } from "#domain/role.ts";
import { endControlExemption, findControlExemption, lockHostsOf } from "#store/assessment/control-exemption.ts";
import { reapplyExemptions } from "#store/assessment/control-exemption-rules.ts";
import { recordAudit } from "#store/audit.ts";
import { recordChange } from "#store/change.ts";
import { transaction } from "#store/transaction.ts";

const Input = z.object({ exemptionId: z.uuid() });

/** Ends an exemption before its time: what it covered counts again at once. Throws `conflict` for one that is over. */
export async function endExemption(actor: Actor, input: unknown): Promise<{ hosts: number }> {
  requireRole(actor, "analyst");
  const { exemptionId } = Input.parse(input);
  const now = clock.now();
  return transaction(async (tx) => {
    const exemption = await findControlExemption(tx, exemptionId);
    if (!exemption) throw new AppError("not-found", "There is no such exemption.");
    if (exemption.endedAt !== null) throw new AppError("conflict", "This exemption is over already.");
    const { ruleId, hostId, item, reason, note, expiresAt } = exemption;
    const hostIds = await lockHostsOf(tx, { ruleId, hostId });
    await endControlExemption(tx, exemptionId, { at: now, by: actor.name });
    const changes = await reapplyExemptions(tx, hostIds, { ruleId, exemptionId, now });
    await recordAudit(tx, actor, {
      action: "control.end-exemption",
      target: hostId === null ? { kind: "rule", id: ruleId } : { kind: "host", id: hostId },
      before: { id: exemptionId, ruleId, item, reason, note, expiresAt },
      after: { endedAt: now },
    });
    await recordChange(tx, "containers", ...hostIds.map((one) => `host:${one}` as const));
    return { hosts: new Set(changes.map((change) => change.rootId)).size };
  });
}
