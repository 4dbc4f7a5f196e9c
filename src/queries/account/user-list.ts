import { z } from "zod";
import { clock } from "#clock.ts";
import { requireRole } from "#domain/require-role.ts";
import { type Actor, Role, roles } from "#domain/role.ts";
import { IsoColumn, likePattern } from "#queries/list/columns.ts";
import { decodeCursor, encodeCursor } from "#queries/list/keyset-cursor.ts";
import { ChoiceParam, CursorParam, OptionalText } from "#queries/list/search-params.ts";
import { selectFirst, selectRows, sql } from "#store/sql.ts";

const PAGE = 100;

export const UserListParams = z.object({
  q: OptionalText,
  role: ChoiceParam(["any", ...roles], "any"),
  cursor: CursorParam,
});
export type UserListParams = z.infer<typeof UserListParams>;

/** How an account can be used: `invited` has not replaced its one-time password yet, `expired` never did in time. */
export const accountStates = ["active", "invited", "expired", "disabled"] as const;

export const UserItem = z.object({
  id: z.string(),
  name: z.string(),
  email: z.string(),
  role: Role,
  state: z.enum(accountStates),
  oneTimePasswordUntil: z.string().nullable(),
  lastSignInAt: z.string().nullable(),
  createdAt: z.string(),
  sessions: z.number().int(),
  tokens: z.number().int(),
  isYou: z.boolean(),
  /** The only admin who can sign in: the role cannot be taken away, the account not disabled. */
  isLastAdmin: z.boolean(),
});
export type UserItem = z.infer<typeof UserItem>;

export const UserList = z.object({
  items: z.array(UserItem),
  total: z.number().int(),
  /** All accounts, whatever the filter. */
  accounts: z.number().int(),
  nextCursor: z.string().nullable(),
});
export type UserList = z.infer<typeof UserList>;

const Row = z.object({
  id: z.string(),
  name: z.string(),
  email: z.string(),
  role: Role,
  banned: z.boolean(),
  until: z.date().nullable(),
  last_sign_in_at: IsoColumn.nullable(),
  created_at: IsoColumn,
  sessions: z.number(),
  tokens: z.number(),
});

/** The accounts, by address. Admins only: addresses of people are nobody else's business. */
export async function userList(actor: Actor, params: UserListParams): Promise<UserList> {
  requireRole(actor, "admin");
  const shape = `users:${params.q ?? ""}:${params.role}`;
  const after = decodeCursor(shape, params.cursor, z.tuple([z.string()]));
  const filter = sql`(${params.q ?? null}::text is null or u.email ilike ${likePattern(params.q ?? "")} or u.name ilike ${likePattern(params.q ?? "")})
    and (${params.role} = 'any' or u.role = ${params.role})`;
  const rows = await selectRows(
    Row,
    sql`select u.id, u.name, u.email, u.role, u.banned, u.password_expires_at as until, u.last_sign_in_at, u.created_at,
               (select count(*)::int from session s where s.user_id = u.id and s.expires_at > now()) as sessions,
               (select count(*)::int from api_token t where t.created_by = u.id and t.kind = 'api' and t.revoked_at is null
                  and (t.expires_at is null or t.expires_at > now())) as tokens
          from app_user u
         where ${filter} and (${after?.[0] ?? null}::text is null or u.email > ${after?.[0] ?? null})
         order by u.email limit ${PAGE + 1}`,
  );
  const counts = await selectFirst(
    z.object({ total: z.number(), accounts: z.number(), admins: z.number() }),
    sql`select count(*) filter (where ${filter})::int as total, count(*)::int as accounts,
               count(*) filter (where u.role = 'admin' and not u.banned)::int as admins from app_user u`,
  );
  const shown = rows.slice(0, PAGE);
  const last = rows.length > PAGE ? shown.at(-1) : undefined;
  return {
    items: shown.map((row) => toItem(row, actor, counts?.admins ?? 0)),
    total: counts?.total ?? 0,
    accounts: counts?.accounts ?? 0,
    nextCursor: last ? encodeCursor(shape, [last.email]) : null,
  };
}

function toItem(row: z.infer<typeof Row>, actor: Actor, admins: number): UserItem {
  const { banned, until, last_sign_in_at: lastSignInAt, created_at: createdAt, ...rest } = row;
  return {
    ...rest,
    lastSignInAt,
    createdAt,
    state: banned ? "disabled" : until === null ? "active" : until > clock.now() ? "invited" : "expired",
    oneTimePasswordUntil: until?.toISOString() ?? null,
    isYou: actor.kind === "user" && actor.id === row.id,
    isLastAdmin: row.role === "admin" && !banned && admins === 1,
  };
}
