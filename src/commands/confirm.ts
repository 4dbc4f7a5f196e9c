import { z } from "zod";
import { clock } from "#clock.ts";
import { AppError } from "#domain/app-error.ts";
import { requireRole } from "#domain/require-role.ts";
import type { Actor } from "#domain/role.ts";
import { rootTopic } from "#domain/topic.ts";
import { applyConfirmations, saveConfirmation } from "#store/assessment/confirmation.ts";
import { trackChanges } from "#store/assessment/track-changes.ts";
import { recordAudit } from "#store/audit.ts";
import { recordChange } from "#store/change.ts";
import { findHost } from "#store/host/host.ts";
import { saveJudgedRoots } from "#store/resource-summary.ts";
import { selectFirst, sql } from "#store/sql.ts";
import { type Transaction, transaction } from "#store/transaction.ts";

export const ConfirmationInput = z.object({
  ruleId: z.string().min(1).max(400),
  /** The registry or host. */
  rootId: z.uuid(),
  /** What in it the rule is about; left out, the root itself. */
  resourceId: z.string().min(1).max(400).optional(),
  confirmed: z.boolean(),
  note: z.string().trim().min(1, "say what was checked, or where the evidence is").max(2000),
});

/** Records what a person confirms about a rule that evidence cannot answer, with name, date and note. It counts at once. */
export async function confirm(actor: Actor, input: unknown): Promise<void> {
  requireRole(actor, "analyst");
  const { ruleId, rootId, resourceId = rootId, confirmed, note } = ConfirmationInput.parse(input);
  const rule = await selectFirst(
    z.object({ confirms: z.string().nullable() }),
    sql`select confirms from rule where id = ${ruleId} and retired is null`,
  );
  if (!rule?.confirms)
    throw new AppError("bad-request", `The rule ${ruleId} is answered from evidence; there is nothing to confirm.`);
  await transaction(async (tx) => {
    await requireAssessed(tx, { ruleId, rootId, resourceId });
    const now = clock.now();
    const by = { name: actor.name, userId: actor.kind === "user" ? actor.id : null };
    await saveConfirmation(tx, { rootId, ruleId, resourceId, confirmed, by, at: now, note });
    const of = sql`a.root_id = ${rootId} and a.rule_id = ${ruleId} and a.resource_id = ${resourceId}`;
    await trackChanges(tx, { of, because: { at: now, cause: "confirmation", causeRef: null } }, () =>
      applyConfirmations(tx, of, { now }),
    );
    const roots = await saveJudgedRoots(tx, [rootId]);
    await recordAudit(tx, actor, {
      action: "rule.confirm",
      target: { kind: "root", id: rootId, name: ruleId },
      after: { ruleId, resourceId, confirmed, note },
    });
    await recordChange(tx, "containers", ...roots.map((root) => rootTopic(root.kind, root.rootId)));
  });
}

/** Locks a host against an assessment under way. Throws `not-found` where the rule says nothing of the resource. */
async function requireAssessed(
  tx: Transaction,
  { ruleId, rootId, resourceId }: { ruleId: string; rootId: string; resourceId: string },
): Promise<void> {
  await findHost(rootId, tx, { lock: true });
  const found = await selectFirst(
    z.object({ found: z.number() }),
    sql`select 1 as found from effective_assessment where root_id = ${rootId} and rule_id = ${ruleId} and resource_id = ${resourceId}`,
    tx,
  );
  if (!found) throw new AppError("not-found", "The rule was not held against this resource, or it was removed.");
}
