import { z } from "zod";
import { UserId } from "#domain/account-input.ts";
import { requirePerson } from "#domain/require-person.ts";
import { requireRole } from "#domain/require-role.ts";
import { type Actor, Role } from "#domain/role.ts";
import { endSessions, setUserRole } from "#store/account/user.ts";
import { recordAudit } from "#store/audit.ts";
import { recordChange } from "#store/change.ts";
import { transaction } from "#store/transaction.ts";
import { lockOtherUser, requireAnotherAdmin } from "./lock-other-user.ts";

export const UpdateUserRoleInput = z.object({ userId: UserId, role: Role });

/** Gives a person another role and ends their sessions, so that the old rights end now. The last admin stays one. */
export async function updateUserRole(actor: Actor, input: unknown): Promise<void> {
  requireRole(actor, "admin");
  const { userId, role } = UpdateUserRoleInput.parse(input);
  if (role === "admin") requirePerson(actor, "make an admin");
  await transaction(async (tx) => {
    const user = await lockOtherUser(tx, actor, { userId, doing: "change the role of" });
    if (user.role === "admin" && role !== "admin") await requireAnotherAdmin(tx, user);
    await setUserRole(tx, userId, role);
    await endSessions(tx, userId);
    await recordAudit(tx, actor, {
      action: "user.change-role",
      target: { kind: "user", id: userId, name: user.email },
      before: { role: user.role },
      after: { role },
    });
    await recordChange(tx, "accounts");
  });
}
