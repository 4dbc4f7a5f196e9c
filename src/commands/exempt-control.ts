import { z } from "zod";
import { clock } from "#clock.ts";
import { AppError } from "#domain/app-error.ts";
import { ExemptionReason, exemptionScopes } from "#domain/control-exemption.ts";
import { requireRole } from "#domain/require-role.ts";
import type { Actor } from "#domain/role.ts";
import { rules } from "#engines/cis-docker/rules/index.ts";
import { insertControlExemption, lockHostsOf } from "#store/assessment/control-exemption.ts";
import { reapplyExemptions } from "#store/assessment/control-exemption-rules.ts";
import { recordAudit } from "#store/audit.ts";
import { recordChange } from "#store/change.ts";
import { selectFirst, sql } from "#store/sql.ts";
import { type Transaction, transaction } from "#store/transaction.ts";
import { HostId, hostTarget, managedHost } from "./managed-host.ts";

export const ControlExemptionInput = HostId.extend({
  ruleId: z.string(),
  scope: z.enum(exemptionScopes),
  /** The item, as its finding names it; needed for the scope `item` and for no other. */
  item: z.string().max(4096).optional(),
  reason: ExemptionReason,
  note: z.string().trim().min(1, "say why, so that whoever reads it later can judge").max(2000),
  /** Null = until somebody ends it. */
  expiresAt: z.iso.datetime({ offset: true }).nullable(),
});

/**
 * Exempts a control of a host, one item of it, or the control on every host: it counts neither as met nor as broken until the
 * exemption ends. Returns its id and on how many hosts it changed what counts.
 */
export async function exemptControl(actor: Actor, input: unknown): Promise<{ id: string; hosts: number }> {
  requireRole(actor, "analyst");
  const { hostId, ruleId, scope, item, reason, note, expiresAt } = ControlExemptionInput.parse(input);
  const now = clock.now();
  const until = expiresAt === null ? null : new Date(expiresAt);
  if (!rules.some((rule) => rule.id === ruleId)) throw new AppError("not-found", `There is no control ${ruleId}.`);
  if (until !== null && until <= now) throw fault("/expiresAt", "must lie in the future");
  if ((scope === "item") !== (item !== undefined)) throw fault("/item", "is needed for one item, and for nothing else");
  return transaction(async (tx) => {
    // Every other scope may reach many hosts, whose locks are taken in one order.
    const hostIds = await lockHostsOf(tx, { ruleId, hostId: scope === "all" ? null : hostId });
    const host = await managedHost(tx, hostId);
    if (item !== undefined) await requireItem(tx, { hostId, ruleId, item });
    const reach = { ruleId, hostId: scope === "all" ? null : hostId, item: item ?? null };
    const by = { name: actor.name, id: actor.kind === "user" ? actor.id : null };
    const id = await insertControlExemption(tx, { ...reach, reason, note, expiresAt: until, by, at: now });
    if (id === null) throw new AppError("conflict", "This is exempt already. End that exemption first to change it.");
    const changes = await reapplyExemptions(tx, hostIds, { ruleId, exemptionId: id, now });
    await recordAudit(tx, actor, {
      action: "control.exempt",
      target: scope === "all" ? { kind: "rule", id: ruleId } : hostTarget(host),
      after: { id, ruleId, scope, item: item ?? null, reason, note, expiresAt },
    });
    await recordChange(tx, "containers", ...hostIds.map((one) => `host:${one}` as const));
    return { id, hosts: new Set(changes.map((change) => change.rootId)).size };
  });
}

async function requireItem(
  tx: Transaction,
  { hostId, ruleId, item }: { hostId: string; ruleId: string; item: string },
): Promise<void> {
  const found = await selectFirst(
    z.object({ found: z.number() }),
    sql`select 1 as found from assessment a join assessment_finding f on f.root_id = a.root_id and f.assessment_id = a.id
         where a.root_id = ${hostId} and a.rule_id = ${ruleId} and a.resource_kind = 'host' and f.title = ${item} limit 1`,
    tx,
  );
  if (!found)
    throw new AppError("conflict", "The control does not name this item any more. Reload the page to see its items.");
}

const fault = (pointer: string, detail: string) =>
  new AppError("validation-failed", `Some values are not usable: ${pointer.slice(1)} ${detail}.`, {
    faults: [{ pointer, detail }],
  });
