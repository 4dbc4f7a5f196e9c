import { z } from "zod";
import { requireRole } from "#domain/require-role.ts";
import { type Actor, Role, roleIncludes } from "#domain/role.ts";
import { TokenKind, tokenKinds } from "#domain/token-kind.ts";
import { IsoColumn, likePattern } from "#queries/list/columns.ts";
import { decodeCursor, encodeCursor } from "#queries/list/keyset-cursor.ts";
import { ChoiceParam, CursorParam, OptionalText } from "#queries/list/search-params.ts";
import { selectFirst, selectRows, sql } from "#store/sql.ts";

const PAGE = 100;

export const tokenStates = ["active", "expiring", "expired", "used", "revoked"] as const;

export const TokenListParams = z.object({
  q: OptionalText,
  kind: ChoiceParam(["any", ...tokenKinds], "any"),
  state: ChoiceParam(["usable", "ended", "any"], "usable"),
  cursor: CursorParam,
});
export type TokenListParams = z.infer<typeof TokenListParams>;

export const TokenItem = z.object({
  id: z.string(),
  kind: TokenKind,
  name: z.string(),
  /** The first characters of the token, to recognise it. */
  prefix: z.string(),
  role: Role.nullable(),
  scopeKind: z.string().nullable(),
  scopeId: z.string().nullable(),
  scopeName: z.string().nullable(),
  usesLeft: z.number().int().nullable(),
  allowedAddresses: z.array(z.string()),
  isDemo: z.boolean(),
  createdByName: z.string().nullable(),
  createdAt: z.string(),
  expiresAt: z.string().nullable(),
  lastUsedAt: z.string().nullable(),
  revokedAt: z.string().nullable(),
  /** `expiring` ends within 14 days and was made to last longer than 30. */
  state: z.enum(tokenStates),
  canRevoke: z.boolean(),
});
export type TokenItem = z.infer<typeof TokenItem>;

export const TokenList = z.object({
  items: z.array(TokenItem),
  total: z.number().int(),
  /** All tokens the actor may see, whatever the filter. */
  all: z.number().int(),
  nextCursor: z.string().nullable(),
});
export type TokenList = z.infer<typeof TokenList>;

const Row = z.object({
  id: z.string(),
  kind: TokenKind,
  name: z.string(),
  prefix: z.string(),
  role: Role.nullable(),
  scopeKind: z.string().nullable(),
  scopeId: z.string().nullable(),
  scopeName: z.string().nullable(),
  usesLeft: z.number().nullable(),
  allowedAddresses: z.array(z.string()),
  isDemo: z.boolean(),
  createdByName: z.string().nullable(),
  createdAt: IsoColumn,
  expiresAt: IsoColumn.nullable(),
  lastUsedAt: IsoColumn.nullable(),
  revokedAt: IsoColumn.nullable(),
  state: z.enum(tokenStates),
});

/** Tokens, newest first. Admins see all, others the api tokens they made. Never the token or its hash. */
export async function tokenList(actor: Actor, params: TokenListParams): Promise<TokenList> {
  requireRole(actor, "viewer");
  const isAdmin = roleIncludes(actor.role, "admin");
  const visible = isAdmin ? sql`true` : sql`(t.kind = 'api' and t.created_by = ${actor.id})`;
  const state = sql`case when t.revoked_at is not null then 'revoked' when t.expires_at <= now() then 'expired'
    when t.uses_left <= 0 then 'used' when t.expires_at <= now() + interval '14 days' and t.expires_at - t.created_at > interval '30 days' then 'expiring' else 'active' end`;
  const filter = sql`(${params.q ?? null}::text is null or t.name ilike ${likePattern(params.q ?? "")} or t.prefix ilike ${likePattern(params.q ?? "")})
    and (${params.kind} = 'any' or t.kind = ${params.kind})
    and (${params.state} = 'any' or (${params.state} = 'usable') = (${state} in ('active', 'expiring')))`;
  const shape = `tokens:${params.q ?? ""}:${params.kind}:${params.state}`;
  const after = decodeCursor(shape, params.cursor, z.tuple([z.iso.datetime(), z.uuid()]));
  const [afterTime, afterId] = after ?? [null, null];
  const rows = await selectRows(
    Row,
    sql`select t.id, t.kind, t.name, t.prefix, t.role, t.scope_kind as "scopeKind", t.scope_id as "scopeId",
               coalesce(r.name, s.name) as "scopeName", t.uses_left as "usesLeft", t.allowed_addresses as "allowedAddresses",
               t.is_demo as "isDemo", u.name as "createdByName", t.created_at as "createdAt", t.expires_at as "expiresAt",
               t.last_used_at as "lastUsedAt", t.revoked_at as "revokedAt", ${state} as state
          from api_token t
          left join app_user u on u.id = t.created_by
          left join registry r on t.scope_kind = 'registry' and r.id::text = t.scope_id
          left join resource_summary s on t.scope_kind in ('host', 'cluster') and s.root_id::text = t.scope_id
         where ${visible} and ${filter}
           and (${afterTime}::timestamptz is null or (t.created_at, t.id) < (${afterTime}::timestamptz, ${afterId}::uuid))
         order by t.created_at desc, t.id desc limit ${PAGE + 1}`,
  );
  const counts = await selectFirst(
    z.object({ total: z.number(), all: z.number() }),
    sql`select count(*) filter (where ${filter})::int as total, count(*)::int as all from api_token t where ${visible}`,
  );
  const shown = rows.slice(0, PAGE);
  const last = rows.length > PAGE ? shown.at(-1) : undefined;
  return {
    items: shown.map((row) => ({ ...row, canRevoke: row.state !== "revoked" && (isAdmin || actor.kind === "user") })),
    total: counts?.total ?? 0,
    all: counts?.all ?? 0,
    nextCursor: last ? encodeCursor(shape, [last.createdAt, last.id]) : null,
  };
}
