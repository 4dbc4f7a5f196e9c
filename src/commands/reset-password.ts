import { z } from "zod";
import { clock } from "#clock.ts";
import { Password, UserId } from "#domain/account-input.ts";
import { requirePerson } from "#domain/require-person.ts";
import { requireRole } from "#domain/require-role.ts";
import type { Actor } from "#domain/role.ts";
import { endSessions, oneTimePassword, setUserPassword } from "#store/account/user.ts";
import { recordAudit } from "#store/audit.ts";
import { recordChange } from "#store/change.ts";
import { transaction } from "#store/transaction.ts";
import { ONE_TIME_PASSWORD_DAYS } from "./create-user.ts";
import { lockOtherUser } from "./lock-other-user.ts";

export const ResetPasswordInput = z.object({ userId: UserId, password: Password.optional() });

/** Replaces a person's password, by a one-time one when none is given, and ends their sessions. */
export async function resetPassword(actor: Actor, input: unknown): Promise<{ oneTimePassword: string | null }> {
  requireRole(actor, "admin");
  const { userId, password } = ResetPasswordInput.parse(input);
  const once = password === undefined ? oneTimePassword() : null;
  return transaction(async (tx) => {
    const user = await lockOtherUser(tx, actor, { userId, doing: "reset the password of" });
    if (user.role === "admin") requirePerson(actor, "reset the password of an admin");
    const expiresAt = once ? new Date(clock.now().getTime() + ONE_TIME_PASSWORD_DAYS * 86_400_000) : null;
    await setUserPassword(tx, userId, { password: password ?? once ?? "", expiresAt });
    const sessionsEnded = await endSessions(tx, userId);
    await recordAudit(tx, actor, {
      action: "user.reset-password",
      target: { kind: "user", id: userId, name: user.email },
      after: { oneTime: once !== null, sessionsEnded },
    });
    await recordChange(tx, "accounts");
    return { oneTimePassword: once };
  });
}
