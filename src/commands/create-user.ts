import { z } from "zod";
import { clock } from "#clock.ts";
import { EmailAddress, Password, PersonName } from "#domain/account-input.ts";
import { AppError } from "#domain/app-error.ts";
import { requirePerson } from "#domain/require-person.ts";
import { requireRole } from "#domain/require-role.ts";
import { type Actor, Role } from "#domain/role.ts";
import { insertUser, oneTimePassword } from "#store/account/user.ts";
import { recordAudit } from "#store/audit.ts";
import { recordChange } from "#store/change.ts";
import { transaction } from "#store/transaction.ts";

/** Days in which a one-time password must be used. */
export const ONE_TIME_PASSWORD_DAYS = 7;

export const CreateUserInput = z.object({
  email: EmailAddress,
  name: PersonName,
  role: Role,
  /** Without one a one-time password is made, which the person changes at the first sign-in. */
  password: Password.optional(),
});

/** Adds a person. The one-time password is returned once and stored only as a hash. */
export async function createUser(
  actor: Actor,
  input: unknown,
): Promise<{ id: string; oneTimePassword: string | null }> {
  requireRole(actor, "admin");
  const wanted = CreateUserInput.parse(input);
  if (wanted.role === "admin") requirePerson(actor, "make an admin");
  const once = wanted.password === undefined ? oneTimePassword() : null;
  const password = wanted.password ?? once ?? "";
  const passwordExpiresAt = once ? new Date(clock.now().getTime() + ONE_TIME_PASSWORD_DAYS * 86_400_000) : null;
  return transaction(async (tx) => {
    const { email, name, role } = wanted;
    const id = await insertUser(tx, { email, name, role, password, passwordExpiresAt });
    if (id === null) {
      throw new AppError(
        "conflict",
        `There is already an account for ${email}. Change its role or reset its password instead.`,
        {
          faults: [{ pointer: "/email", detail: "has an account already" }],
        },
      );
    }
    await recordAudit(tx, actor, {
      action: "user.create",
      target: { kind: "user", id, name: email },
      after: { name, role },
    });
    await recordChange(tx, "accounts");
    return { id, oneTimePassword: once };
  });
}
