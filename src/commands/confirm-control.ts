import { z } from "zod";
import { clock } from "#clock.ts";
import { AppError } from "#domain/app-error.ts";
import { requireRole } from "#domain/require-role.ts";
import type { Actor } from "#domain/role.ts";
import { applyConfirmations, saveConfirmation } from "#store/assessment/confirmation.ts";
import { trackChanges } from "#store/assessment/track-changes.ts";
import { recordAudit } from "#store/audit.ts";
import { recordChange } from "#store/change.ts";
import { saveSummaries } from "#store/resource-summary.ts";
import { selectFirst, sql } from "#store/sql.ts";
import { transaction } from "#store/transaction.ts";
import { HostId, hostTarget, managedHost } from "./managed-host.ts";

const Confirmation = HostId.extend({
  ruleId: z.string(),
  confirmed: z.boolean(),
  note: z.string().trim().min(1, "say what was checked, or where the evidence is").max(2000),
});

/** Records what a person confirms about a control that evidence cannot answer, with name, date and note. It counts at once. */
export async function confirmControl(actor: Actor, input: unknown): Promise<void> {
  requireRole(actor, "analyst");
  const { hostId, ruleId, confirmed, note } = Confirmation.parse(input);
  const rule = await selectFirst(
    z.object({ confirms: z.string().nullable() }),
    sql`select confirms from rule where id = ${ruleId} and retired is null`,
  );
  if (!rule?.confirms)
    throw new AppError("bad-request", `Control ${ruleId} is answered from evidence; there is nothing to confirm.`);
  await transaction(async (tx) => {
    const host = await managedHost(tx, hostId);
    const now = clock.now();
    const by = { name: actor.name, userId: actor.kind === "user" ? actor.id : null };
    await saveConfirmation(tx, { rootId: hostId, ruleId, confirmed, by, at: now, note });
    const of = sql`a.root_id = ${hostId} and a.rule_id = ${ruleId}`;
    await trackChanges(tx, { of, because: { at: now, cause: "confirmation", causeRef: null } }, () =>
      applyConfirmations(tx, of, { now }),
    );
    await saveSummaries(tx, "host", [hostId]);
    await recordAudit(tx, actor, {
      action: "host.confirm-control",
      target: hostTarget(host),
      after: { ruleId, confirmed, note },
    });
    await recordChange(tx, `host:${hostId}`, "containers");
  });
}
