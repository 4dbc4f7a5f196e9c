import { randomBytes } from "node:crypto";
import { z } from "zod";
import { Role } from "#domain/role.ts";
import { TokenKind, type TokenScope } from "#domain/token-kind.ts";
import { newId, sha256 } from "#store/ids.ts";
import { type Executor, execute, selectFirst, sql } from "#store/sql.ts";

export const ApiTokenRow = z.object({
  id: z.string(),
  kind: TokenKind,
  name: z.string(),
  prefix: z.string(),
  role: Role.nullable(),
  scopeKind: z.string().nullable(),
  scopeId: z.string().nullable(),
  usesLeft: z.number().nullable(),
  allowedAddresses: z.array(z.string()),
  isDemo: z.boolean(),
  createdBy: z.string().nullable(),
  createdAt: z.date(),
  expiresAt: z.date().nullable(),
  lastUsedAt: z.date().nullable(),
  revokedAt: z.date().nullable(),
});
export type ApiTokenRow = z.infer<typeof ApiTokenRow>;

const columns = sql`t.id, t.kind, t.name, t.prefix, t.role, t.scope_kind as "scopeKind", t.scope_id as "scopeId", t.uses_left as "usesLeft",
  t.allowed_addresses as "allowedAddresses", t.is_demo as "isDemo", t.created_by as "createdBy", t.created_at as "createdAt",
  t.expires_at as "expiresAt", t.last_used_at as "lastUsedAt", t.revoked_at as "revokedAt"`;

export interface NewApiToken {
  kind: TokenKind;
  name: string;
  role?: Role;
  scope?: TokenScope;
  usesLeft?: number;
  allowedAddresses?: string[];
  expiresAt?: Date | null;
  createdBy?: string | null;
  isDemo?: boolean;
}

/**
 * Makes a token and stores its SHA-256. The returned `token` text is the only copy: show it once, never log it.
 */
export async function insertApiToken(
  executor: Executor,
  wanted: NewApiToken,
): Promise<{ id: string; token: string; prefix: string }> {
  const id = newId();
  const token = `bw_${wanted.kind}_${randomBytes(32).toString("base64url")}`;
  const prefix = token.slice(0, `bw_${wanted.kind}_`.length + 6);
  await execute(
    sql`insert into api_token (id, kind, name, prefix, token_hash, role, scope_kind, scope_id, uses_left, allowed_addresses,
          is_demo, created_by, expires_at)
        values (${id}, ${wanted.kind}, ${wanted.name}, ${prefix}, ${sha256(token)}, ${wanted.role ?? null},
          ${wanted.scope?.kind ?? null}, ${wanted.scope?.id ?? null}, ${wanted.usesLeft ?? null},
          ${wanted.allowedAddresses ?? []}::text[], ${wanted.isDemo ?? false}, ${wanted.createdBy ?? null}, ${wanted.expiresAt ?? null})`,
    executor,
  );
  return { id, token, prefix };
}

const FoundToken = ApiTokenRow.extend({
  tokenHash: z.instanceof(Uint8Array),
  creatorRole: Role.nullable(),
  creatorActive: z.boolean().nullable(),
});
export type FoundToken = z.infer<typeof FoundToken>;

/** The token whose text is `token`, with what its creator may do now; undefined when there is none. */
export function findApiToken(token: string, executor?: Executor): Promise<FoundToken | undefined> {
  return selectFirst(
    FoundToken,
    sql`select ${columns}, t.token_hash as "tokenHash", u.role as "creatorRole", not u.banned as "creatorActive"
        from api_token t left join app_user u on u.id = t.created_by where t.token_hash = ${sha256(token)}`,
    executor,
  );
}

/** One token by id. */
export function apiTokenById(id: string, executor?: Executor): Promise<ApiTokenRow | undefined> {
  return selectFirst(ApiTokenRow, sql`select ${columns} from api_token t where t.id = ${id}`, executor);
}

/** Notes a use, at most once a minute per token, so that a busy sender does not write a row per request. */
export async function touchApiToken(id: string, executor?: Executor): Promise<void> {
  await execute(
    sql`update api_token set last_used_at = now()
        where id = ${id} and (last_used_at is null or last_used_at < now() - interval '1 minute')`,
    executor,
  );
}

/** Takes one use of a counted token. False when none is left: two at once cannot both take the last. */
export async function takeTokenUse(executor: Executor, id: string): Promise<boolean> {
  const taken = await execute(
    sql`update api_token set uses_left = uses_left - 1, last_used_at = now()
        where id = ${id} and revoked_at is null and (uses_left is null or uses_left > 0)`,
    executor,
  );
  return taken === 1;
}

/** Revokes a token; false when it was revoked before or does not exist. */
export async function revokeApiToken(executor: Executor, id: string): Promise<boolean> {
  return (
    (await execute(sql`update api_token set revoked_at = now() where id = ${id} and revoked_at is null`, executor)) ===
    1
  );
}

/** Revokes every `api` token a person made; the others belong to registries and hosts and stay. Returns how many. */
export function revokeTokensOf(executor: Executor, userId: string): Promise<number> {
  return execute(
    sql`update api_token set revoked_at = now() where created_by = ${userId} and kind = 'api' and revoked_at is null`,
    executor,
  );
}

/**
 * Counts a refused attempt of `source` in a window of one minute. Returns the attempts in it, this one included, and
 * the seconds until it ends. Kept in the database so that several web processes count together.
 */
export async function countRefusal(
  source: string,
  nowMs: number,
  { windowMs = 60_000, executor }: { windowMs?: number; executor?: Executor } = {},
): Promise<{ count: number; retryAfterSeconds: number }> {
  const row = await selectFirst(
    z.object({ count: z.number(), lastRequest: z.bigint() }),
    sql`insert into rate_limit (id, key, count, last_request) values (${newId()}, ${`token:${source}`}, 1, ${nowMs})
        on conflict (key) do update set
          count = case when rate_limit.last_request < ${nowMs - windowMs} then 1 else rate_limit.count + 1 end,
          last_request = case when rate_limit.last_request < ${nowMs - windowMs} then excluded.last_request else rate_limit.last_request end
        returning count, last_request as "lastRequest"`,
    executor,
  );
  if (!row) return { count: 1, retryAfterSeconds: 60 };
  return {
    count: row.count,
    retryAfterSeconds: Math.max(1, Math.ceil((Number(row.lastRequest) + windowMs - nowMs) / 1000)),
  };
}

/** Takes one counted attempt back, because it turned out to be a good one. */
export async function forgiveRefusal(source: string, executor?: Executor): Promise<void> {
  await execute(sql`update rate_limit set count = greatest(count - 1, 0) where key = ${`token:${source}`}`, executor);
}
