import { OWNER_MINE, OWNER_NONE } from "#domain/owner.ts";
import type { Actor } from "#domain/role.ts";
import { type Statement, sql } from "#store/sql.ts";

/**
 * The rows of an owner: of one by name, of those that the signed-in person belongs to (`@mine`), or without any (`@none`).
 * `owner` is the column. Without a value everything passes.
 */
export function ownerCondition(owner: Statement, value: string | undefined, actor: Actor): Statement {
  if (!value) return sql`true`;
  if (value === OWNER_NONE) return sql`${owner} is null`;
  if (value !== OWNER_MINE) return sql`${owner} = ${value}`;
  const userId = actor.kind === "user" ? actor.id : null;
  return sql`${owner} in (select m.owner from owner_member m where m.user_id = ${userId})`;
}
