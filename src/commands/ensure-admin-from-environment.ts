import { config } from "#config.ts";
import { EmailAddress } from "#domain/account-input.ts";
import { log } from "#log.ts";
import { deleteSetupToken } from "#store/account/setup-token.ts";
import { insertUser, lockIfNoAccounts } from "#store/account/user.ts";
import { recordAudit } from "#store/audit.ts";
import { recordChange } from "#store/change.ts";
import { transaction } from "#store/transaction.ts";
import { systemActor } from "./system-actor.ts";

/**
 * Makes the first admin from BREAKWATER_ADMIN_EMAIL and BREAKWATER_ADMIN_PASSWORD. Does nothing when they are not set or an
 * account exists: a password changed later is never set back by a restart. Safe to run in several processes at once.
 */
export async function ensureAdminFromEnvironment(): Promise<void> {
  const { adminEmail, adminPassword } = config();
  if (!adminEmail || !adminPassword) return;
  const email = EmailAddress.parse(adminEmail);
  const isMade = await transaction(async (tx) => {
    if (!(await lockIfNoAccounts(tx))) return false;
    const id = await insertUser(tx, {
      email,
      name: "Admin",
      role: "admin",
      password: adminPassword,
      passwordExpiresAt: null,
    });
    if (id === null) return false;
    await deleteSetupToken(tx);
    await recordAudit(tx, systemActor(), {
      action: "user.create",
      target: { kind: "user", id, name: email },
      after: { name: "Admin", role: "admin", from: "BREAKWATER_ADMIN_EMAIL" },
    });
    await recordChange(tx, "accounts");
    return true;
  });
  if (isMade) log.info("the first admin was made from BREAKWATER_ADMIN_EMAIL");
}
