import { z } from "zod";
import { clock } from "#clock.ts";
import { EmailAddress, Password, PersonName } from "#domain/account-input.ts";
import { AppError } from "#domain/app-error.ts";
import { requireRole } from "#domain/require-role.ts";
import type { Actor } from "#domain/role.ts";
import { countRefusal } from "#store/account/api-token.ts";
import { checkSetupToken, deleteSetupToken } from "#store/account/setup-token.ts";
import { insertUser, lockIfNoAccounts } from "#store/account/user.ts";
import { recordAudit } from "#store/audit.ts";
import { recordChange } from "#store/change.ts";
import { transaction } from "#store/transaction.ts";

const WRONG_PER_MINUTE = 20;

export const CompleteSetupInput = z.object({
  token: z.string().min(1).max(200),
  email: EmailAddress,
  name: PersonName,
  password: Password,
});

/** Makes the first admin for whoever holds the setup link. `actor` is the system: nobody has an account yet. */
export async function completeSetup(actor: Actor, input: unknown): Promise<{ id: string }> {
  requireRole(actor, "admin");
  const wanted = CompleteSetupInput.parse(input);
  const checked = await checkSetupToken(wanted.token);
  if (checked !== "valid") await refuseToken(actor, checked);
  return transaction(async (tx) => {
    if (!(await lockIfNoAccounts(tx)) || (await checkSetupToken(wanted.token, tx)) !== "valid") {
      throw new AppError("gone", "Breakwater is set up already. Sign in, or ask an admin for an account.");
    }
    const { email, name, password } = wanted;
    const id = await insertUser(tx, { email, name, role: "admin", password, passwordExpiresAt: null });
    if (id === null) throw new AppError("conflict", `There is already an account for ${email}.`);
    await deleteSetupToken(tx);
    await recordAudit(tx, actor, {
      action: "setup.complete",
      target: { kind: "user", id, name: email },
      after: { name, role: "admin" },
    });
    await recordChange(tx, "accounts");
    return { id };
  });
}

async function refuseToken(actor: Actor, checked: "expired" | "wrong"): Promise<never> {
  const { count, retryAfterSeconds } = await countRefusal(`setup:${actor.address ?? "unknown"}`, clock.now().getTime());
  if (count > WRONG_PER_MINUTE) {
    throw new AppError("rate-limited", `Too many wrong setup links. Try again in ${retryAfterSeconds} s.`, {
      retryAfterSeconds,
    });
  }
  throw new AppError(
    "gone",
    checked === "expired"
      ? "This setup link has expired. Restart Breakwater: it prints a new one."
      : "This setup link is not valid. Use the newest link that Breakwater printed when it started, or sign in if an account exists.",
  );
}
