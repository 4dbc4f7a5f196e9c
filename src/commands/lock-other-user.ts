import { AppError } from "#domain/app-error.ts";
import type { Actor } from "#domain/role.ts";
import { lockActiveAdmins, lockUser, type UserRow } from "#store/account/user.ts";
import type { Transaction } from "#store/transaction.ts";

/**
 * Locks the person a command works on. Throws `not-found`, `conflict` when it is the actor (nobody takes their own rights away by
 * a slip), and `forbidden` when the actor is no admin any more.
 */
export async function lockOtherUser(
  tx: Transaction,
  actor: Actor,
  what: { userId: string; doing: string },
): Promise<UserRow> {
  if (actor.kind === "user" && actor.id === what.userId) {
    throw new AppError("conflict", `You cannot ${what.doing} your own account. Ask another admin.`);
  }
  // Admins first and in one order, so that two commands never wait for each other.
  const admins = await lockActiveAdmins(tx);
  // Another admin may have taken the right away while this command waited for the lock.
  if (actor.kind === "user" && !admins.includes(actor.id))
    throw new AppError("forbidden", "Your account is no longer that of an admin.");
  const user = await lockUser(tx, what.userId);
  if (!user) throw new AppError("not-found", "There is no such account. It may have been deleted: reload the list.");
  return user;
}

/** Throws `conflict` when `user` is the only admin who can sign in. Call it before taking that away. */
export async function requireAnotherAdmin(tx: Transaction, user: UserRow): Promise<void> {
  if (user.role !== "admin" || user.banned) return;
  const admins = await lockActiveAdmins(tx);
  if (admins.some((id) => id !== user.id)) return;
  throw new AppError("conflict", `${user.email} is the last admin. Give another person the role admin first.`);
}
