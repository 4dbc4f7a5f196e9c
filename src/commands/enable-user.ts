import { z } from "zod";
import { UserId } from "#domain/account-input.ts";
import { requireRole } from "#domain/require-role.ts";
import type { Actor } from "#domain/role.ts";
import { setUserBanned } from "#store/account/user.ts";
import { recordAudit } from "#store/audit.ts";
import { recordChange } from "#store/change.ts";
import { transaction } from "#store/transaction.ts";
import { lockOtherUser } from "./lock-other-user.ts";

export const EnableUserInput = z.object({ userId: UserId });

/** Lets a disabled person sign in again. Revoked tokens stay revoked. */
export async function enableUser(actor: Actor, input: unknown): Promise<void> {
  requireRole(actor, "admin");
  const { userId } = EnableUserInput.parse(input);
  await transaction(async (tx) => {
    const user = await lockOtherUser(tx, actor, { userId, doing: "enable" });
    await setUserBanned(tx, userId, false);
    await recordAudit(tx, actor, {
      action: "user.enable",
      target: { kind: "user", id: userId, name: user.email },
      before: { disabled: user.banned },
      after: { disabled: false },
    });
    await recordChange(tx, "accounts");
  });
}
