import { clock } from "#clock.ts";
import type { ExemptionEffect } from "#domain/exemption.ts";
import { requireRole } from "#domain/require-role.ts";
import type { Actor } from "#domain/role.ts";
import type { ExemptionAim } from "#store/exemption/exemption.ts";
import { previewExemptions } from "#store/exemption/settle-exemption.ts";
import { transaction } from "#store/transaction.ts";
import { checkedTarget, ExemptionTargets } from "./exemption-request.ts";

/** What an exemption, or several in one, would take out of the figures if it were saved now. Changes nothing. */
export async function previewExemption(actor: Actor, input: unknown): Promise<ExemptionEffect> {
  requireRole(actor, "analyst");
  const { also, ...first } = ExemptionTargets.parse(input);
  return transaction(async (tx) => {
    const aims: ExemptionAim[] = [];
    for (const target of [first, ...also]) aims.push(await checkedTarget(tx, target));
    return previewExemptions(tx, aims, clock.now());
  });
}
