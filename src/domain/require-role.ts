import { AppError } from "./app-error.ts";
import { type Actor, type Role, roleIncludes } from "./role.ts";

/**
 * The first line of every command and query: throws `forbidden` unless the actor's role includes `needed`.
 * The text names both roles and whom to ask, because it is shown to the person.
 */
export function requireRole(actor: Actor, needed: Role): void {
  if (roleIncludes(actor.role, needed)) return;
  throw new AppError(
    "forbidden",
    `This needs the role ${needed}. You are signed in as ${actor.name} with the role ${actor.role}. Ask a Breakwater admin for the role ${needed}.`,
  );
}
