import { randomInt } from "node:crypto";
import { hashPassword, verifyPassword } from "better-auth/crypto";
import { z } from "zod";
import { Role } from "#domain/role.ts";
import { newId } from "#store/ids.ts";
import { type Executor, execute, selectFirst, selectRows, sql } from "#store/sql.ts";

export const UserRow = z.object({
  id: z.string(),
  name: z.string(),
  email: z.string(),
  role: Role,
  banned: z.boolean(),
  passwordExpiresAt: z.date().nullable(),
});
export type UserRow = z.infer<typeof UserRow>;

const columns = sql`id, name, email, role, banned, password_expires_at as "passwordExpiresAt"`;

export interface NewUser {
  name: string;
  /** Lower case. */
  email: string;
  role: Role;
  password: string;
  /** Set for a one-time password: it must be changed at the first sign-in and ends at that time. */
  passwordExpiresAt: Date | null;
}

/** Adds a person who signs in with e-mail and password. Returns the id, or null when the address is taken. */
export async function insertUser(executor: Executor, user: NewUser): Promise<string | null> {
  const id = newId();
  const added = await execute(
    sql`insert into app_user (id, name, email, email_verified, role, password_expires_at)
        values (${id}, ${user.name}, ${user.email}, true, ${user.role}, ${user.passwordExpiresAt})
        on conflict (email) do nothing`,
    executor,
  );
  if (added === 0) return null;
  await execute(
    sql`insert into account (id, account_id, provider_id, user_id, password)
        values (${newId()}, ${id}, 'credential', ${id}, ${await hashPassword(user.password)})`,
    executor,
  );
  return id;
}

/** One person, the row locked until the transaction ends. */
export function lockUser(executor: Executor, id: string): Promise<UserRow | undefined> {
  return selectFirst(UserRow, sql`select ${columns} from app_user where id = ${id} for update`, executor);
}

/** One person by address, in any case of letters. */
export function userByEmail(email: string, executor?: Executor): Promise<UserRow | undefined> {
  return selectFirst(UserRow, sql`select ${columns} from app_user where email = ${email.toLowerCase()}`, executor);
}

/** Locks every admin who can sign in and returns their ids, so that two admins cannot remove each other at once. */
export async function lockActiveAdmins(executor: Executor): Promise<string[]> {
  const rows = await selectRows(
    z.object({ id: z.string() }),
    sql`select id from app_user where role = 'admin' and not banned order by id for update`,
    executor,
  );
  return rows.map((row) => row.id);
}

/** True when nobody has an account. Locks the table against new accounts until the transaction ends. */
export async function lockIfNoAccounts(executor: Executor): Promise<boolean> {
  await executor.query("lock table app_user in share row exclusive mode");
  return !(await hasAccounts(executor));
}

/** True when at least one account exists. */
export async function hasAccounts(executor?: Executor): Promise<boolean> {
  const row = await selectFirst(
    z.object({ any: z.boolean() }),
    sql`select exists (select 1 from app_user) as any`,
    executor,
  );
  return row?.any ?? false;
}

export async function setUserRole(executor: Executor, id: string, role: Role): Promise<void> {
  await execute(sql`update app_user set role = ${role}, updated_at = now() where id = ${id}`, executor);
}

export async function setUserBanned(executor: Executor, id: string, banned: boolean): Promise<void> {
  await execute(sql`update app_user set banned = ${banned}, updated_at = now() where id = ${id}`, executor);
}

/** Replaces a password. `expiresAt` makes it a one-time password. */
export async function setUserPassword(
  executor: Executor,
  id: string,
  wanted: { password: string; expiresAt: Date | null },
): Promise<void> {
  const hash = await hashPassword(wanted.password);
  await execute(
    sql`update account set password = ${hash}, updated_at = now() where user_id = ${id} and provider_id = 'credential'`,
    executor,
  );
  await execute(
    sql`update app_user set password_expires_at = ${wanted.expiresAt}, updated_at = now() where id = ${id}`,
    executor,
  );
}

/** True when `password` is the person's password. */
export async function passwordMatches(executor: Executor, id: string, password: string): Promise<boolean> {
  const row = await selectFirst(
    z.object({ password: z.string().nullable() }),
    sql`select password from account where user_id = ${id} and provider_id = 'credential'`,
    executor,
  );
  return row?.password ? verifyPassword({ hash: row.password, password }) : false;
}

/** Removes a person with sessions and password. What they did stays in the audit log under their name. */
export async function deleteUserRow(executor: Executor, id: string): Promise<void> {
  await execute(sql`delete from app_user where id = ${id}`, executor);
}

/** Ends a person's sessions, except the one given. Returns how many ended. */
export function endSessions(executor: Executor, userId: string, exceptSessionId?: string): Promise<number> {
  return execute(sql`delete from session where user_id = ${userId} and id <> ${exceptSessionId ?? ""}`, executor);
}

export async function noteSignIn(executor: Executor, userId: string): Promise<void> {
  await execute(sql`update app_user set last_sign_in_at = now() where id = ${userId}`, executor);
}

// No letters or digits that are read as each other: people type this from a screen or a chat.
const ALPHABET = "abcdefghjkmnpqrstuvwxyzABCDEFGHJKMNPQRSTUVWXYZ23456789";

/** A random one-time password of 4 groups of 5 characters, about 115 bits. */
export function oneTimePassword(): string {
  const group = () => Array.from({ length: 5 }, () => ALPHABET[randomInt(ALPHABET.length)]).join("");
  return [group(), group(), group(), group()].join("-");
}
