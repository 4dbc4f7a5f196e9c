import { z } from "zod";
import { UserId } from "#domain/account-input.ts";
import { requireRole } from "#domain/require-role.ts";
import type { Actor } from "#domain/role.ts";
import { revokeTokensOf } from "#store/account/api-token.ts";
import { deleteUserRow } from "#store/account/user.ts";
import { recordAudit } from "#store/audit.ts";
import { recordChange } from "#store/change.ts";
import { transaction } from "#store/transaction.ts";
import { lockOtherUser, requireAnotherAdmin } from "./lock-other-user.ts";

export const DeleteUserInput = z.object({ userId: UserId });

/** Removes a person with sessions and api tokens. What they did stays in the audit log. */
export async function deleteUser(actor: Actor, input: unknown): Promise<void> {
  requireRole(actor, "admin");
  const { userId } = DeleteUserInput.parse(input);
  await transaction(async (tx) => {
    const user = await lockOtherUser(tx, actor, { userId, doing: "delete" });
    await requireAnotherAdmin(tx, user);
    const tokensRevoked = await revokeTokensOf(tx, userId);
    await deleteUserRow(tx, userId);
    await recordAudit(tx, actor, {
      action: "user.delete",
      target: { kind: "user", id: userId, name: user.email },
      before: { name: user.name, role: user.role, disabled: user.banned },
      after: { tokensRevoked },
    });
    await recordChange(tx, "accounts");
  });
}
