import { z } from "zod";
import { AppError } from "#domain/app-error.ts";
import { OwnerName } from "#domain/owner.ts";
import { requireRole } from "#domain/require-role.ts";
import type { Actor } from "#domain/role.ts";
import { recordAudit } from "#store/audit.ts";
import { recordChange } from "#store/change.ts";
import { writeMemberships } from "#store/owner/owner.ts";
import { transaction } from "#store/transaction.ts";

export const OwnOwners = z.object({ owners: z.array(OwnerName).max(100) });

/** Says which owners the signed-in person belongs to: what "mine" shows. It grants nothing. */
export async function chooseOwnOwners(actor: Actor, input: unknown): Promise<void> {
  requireRole(actor, "viewer");
  const { owners } = OwnOwners.parse(input);
  const { kind, id: userId } = actor;
  if (kind !== "user" || userId === null)
    throw new AppError("bad-request", "Only a person belongs to owners; a token does not.");
  await transaction(async (tx) => {
    await writeMemberships(tx, userId, owners);
    await recordAudit(tx, actor, {
      action: "owner.choose-own",
      target: { kind: "user", id: userId, name: actor.name },
      after: { owners },
    });
    await recordChange(tx, "containers", "vulnerabilities");
  });
}
