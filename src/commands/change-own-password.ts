import { z } from "zod";
import { clock } from "#clock.ts";
import { Password, passwordLength } from "#domain/account-input.ts";
import { AppError } from "#domain/app-error.ts";
import { requireRole } from "#domain/require-role.ts";
import type { Actor } from "#domain/role.ts";
import { countRefusal } from "#store/account/api-token.ts";
import { endSessions, lockUser, passwordMatches, setUserPassword } from "#store/account/user.ts";
import { recordAudit } from "#store/audit.ts";
import { recordChange } from "#store/change.ts";
import { transaction } from "#store/transaction.ts";

const WRONG_PER_MINUTE = 10;

export const ChangeOwnPasswordInput = z.object({
  currentPassword: z.string().min(1, "must not be empty").max(passwordLength.max),
  newPassword: Password,
});

/** Changes the actor's own password and ends their other sessions; `keepSessionId` is the one that asks. */
export async function changeOwnPassword(actor: Actor, input: unknown, keepSessionId?: string): Promise<void> {
  requireRole(actor, "viewer");
  const wanted = ChangeOwnPasswordInput.parse(input);
  if (actor.kind !== "user") throw new AppError("forbidden", "Only a signed-in person can change their own password.");
  if (wanted.newPassword === wanted.currentPassword) {
    throw new AppError("validation-failed", "The new password is the same as the old one. Choose another.", {
      faults: [{ pointer: "/newPassword", detail: "is the same as the old one" }],
    });
  }
  const isRight = await transaction(async (tx) => {
    const user = await lockUser(tx, actor.id);
    if (!user || !(await passwordMatches(tx, actor.id, wanted.currentPassword))) return false;
    await setUserPassword(tx, actor.id, { password: wanted.newPassword, expiresAt: null });
    const sessionsEnded = await endSessions(tx, actor.id, keepSessionId);
    await recordAudit(tx, actor, {
      action: "user.change-own-password",
      target: { kind: "user", id: actor.id, name: user.email },
      after: { sessionsEnded },
    });
    await recordChange(tx, "accounts");
    return true;
  });
  if (!isRight) await refuseWrongPassword(actor);
}

async function refuseWrongPassword(actor: Actor): Promise<never> {
  const { count, retryAfterSeconds } = await countRefusal(`password:${actor.id}`, clock.now().getTime());
  if (count > WRONG_PER_MINUTE) {
    throw new AppError("rate-limited", `Too many wrong passwords. Try again in ${retryAfterSeconds} s.`, {
      retryAfterSeconds,
    });
  }
  throw new AppError("validation-failed", "The current password is not right.", {
    faults: [{ pointer: "/currentPassword", detail: "is not right" }],
  });
}
