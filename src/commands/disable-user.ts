import { z } from "zod";
import { UserId } from "#domain/account-input.ts";
import { requireRole } from "#domain/require-role.ts";
import type { Actor } from "#domain/role.ts";
import { revokeTokensOf } from "#store/account/api-token.ts";
import { endSessions, setUserBanned } from "#store/account/user.ts";
import { recordAudit } from "#store/audit.ts";
import { recordChange } from "#store/change.ts";
import { transaction } from "#store/transaction.ts";
import { lockOtherUser, requireAnotherAdmin } from "./lock-other-user.ts";

export const DisableUserInput = z.object({ userId: UserId });

/** Stops a person from signing in, ends their sessions and revokes their api tokens. The account stays. */
export async function disableUser(actor: Actor, input: unknown): Promise<void> {
  requireRole(actor, "admin");
  const { userId } = DisableUserInput.parse(input);
  await transaction(async (tx) => {
    const user = await lockOtherUser(tx, actor, { userId, doing: "disable" });
    await requireAnotherAdmin(tx, user);
    await setUserBanned(tx, userId, true);
    const sessionsEnded = await endSessions(tx, userId);
    const tokensRevoked = await revokeTokensOf(tx, userId);
    await recordAudit(tx, actor, {
      action: "user.disable",
      target: { kind: "user", id: userId, name: user.email },
      before: { disabled: user.banned },
      after: { disabled: true, sessionsEnded, tokensRevoked },
    });
    await recordChange(tx, "accounts");
  });
}
