import { AppError } from "./app-error.ts";
import type { Actor } from "./role.ts";

/**
 * Refuses an api token where only a person may act: a token that leaked must not turn into an account that outlives it. Throws
 * `forbidden`; `doing` completes "An api token cannot …".
 */
export function requirePerson(actor: Actor, doing: string): void {
  if (actor.kind !== "token") return;
  throw new AppError("forbidden", `An api token cannot ${doing}. An admin does it in Settings, Users.`);
}
