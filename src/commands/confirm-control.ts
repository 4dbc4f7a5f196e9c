import { z } from "zod";
import { clock } from "#clock.ts";
import { AppError } from "#domain/app-error.ts";
import { requireRole } from "#domain/require-role.ts";
import type { Actor } from "#domain/role.ts";
import { recordAudit } from "#store/audit.ts";
import { recordChange } from "#store/change.ts";
import { reassessHost } from "#store/host/host-report.ts";
import { execute, selectFirst, sql } from "#store/sql.ts";
import { transaction } from "#store/transaction.ts";
import { HostId, hostTarget, managedHost } from "./managed-host.ts";

const Confirmation = HostId.extend({
  ruleId: z.string(),
  confirmed: z.boolean(),
  note: z.string().trim().min(1, "say what was checked, or where the evidence is").max(2000),
});

/** Records what a person confirms about a control that evidence cannot answer, with name, date and note. */
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
    await execute(
      sql`insert into attestation (root_id, rule_id, confirmed, by_name, by_user_id, at, note)
          values (${hostId}, ${ruleId}, ${confirmed}, ${actor.name}, ${actor.kind === "user" ? actor.id : null}, ${clock.now()}, ${note})
          on conflict (root_id, rule_id) do update set confirmed = excluded.confirmed, by_name = excluded.by_name, by_user_id = excluded.by_user_id,
            at = excluded.at, note = excluded.note`,
      tx,
    );
    await reassessHost(tx, hostId);
    await recordAudit(tx, actor, {
      action: "host.confirm-control",
      target: hostTarget(host),
      after: { ruleId, confirmed, note },
    });
    await recordChange(tx, `host:${hostId}`);
  });
}
