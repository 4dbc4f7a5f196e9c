import { timingSafeEqual } from "node:crypto";
import { clock } from "#clock.ts";
import { AppError } from "#domain/app-error.ts";
import { type TokenKind, type TokenScope, tokenPattern } from "#domain/token-kind.ts";
import { countRefusal, type FoundToken, findApiToken, touchApiToken } from "#store/account/api-token.ts";
import { sha256 } from "#store/ids.ts";
import { addressAllowed, addressGroup, clientAddress } from "./client-address.ts";

/** Refused attempts per source and minute before the answer becomes 429. A valid token always passes. */
const REFUSALS_PER_MINUTE = 20;

/** The header a sender may use when it cannot set Authorization. */
export const TOKEN_HEADER = "x-breakwater-token";

/** Where the token comes from: request headers, or a value found elsewhere (a path) with the headers it came with. */
export type TokenSource = Headers | { value: string | null; headers: Headers };

/**
 * Proves that a request carries a valid token of `kind` and, when given, of `scope`. Returns the token's row (without
 * its hash) and notes the use. Throws 401 for every reason alike, so that nothing can be learnt from the answer, and 429
 * with Retry-After after repeated refusals from one address.
 */
export async function authenticateToken(
  source: TokenSource,
  kind: TokenKind,
  scope?: TokenScope,
): Promise<Omit<FoundToken, "tokenHash">> {
  const headers = source instanceof Headers ? source : source.headers;
  const value = source instanceof Headers ? tokenFromHeaders(source) : source.value;
  const address = clientAddress(headers);
  const token = value && tokenPattern.test(value) ? await findApiToken(value) : undefined;
  if (!value || !token || !isUsable(token, { value, kind, scope, address })) return refuse(address, kind);
  await touchApiToken(token.id);
  const { tokenHash: _, ...row } = token;
  return row;
}

/** The token text of a request: `Authorization: Bearer`, the password of `Basic`, or our own header. */
export function tokenFromHeaders(headers: Headers): string | null {
  const [scheme = "", value = ""] = (headers.get("authorization") ?? "").trim().split(/\s+/, 2);
  if (/^bearer$/i.test(scheme)) return value;
  if (/^basic$/i.test(scheme)) {
    const plain = Buffer.from(value, "base64").toString("utf8");
    return plain.slice(plain.indexOf(":") + 1);
  }
  return headers.get(TOKEN_HEADER);
}

function isUsable(
  token: FoundToken,
  wanted: { value: string; kind: TokenKind; scope: TokenScope | undefined; address: string },
): boolean {
  const isSame = timingSafeEqual(sha256(wanted.value), token.tokenHash);
  const isAlive = token.revokedAt === null && (token.expiresAt === null || token.expiresAt > clock.now());
  const hasUses = token.usesLeft === null || token.usesLeft > 0;
  const isFromAllowed = token.allowedAddresses.length === 0 || addressAllowed(wanted.address, token.allowedAddresses);
  const isInScope = !wanted.scope || (token.scopeKind === wanted.scope.kind && token.scopeId === wanted.scope.id);
  return isSame && token.kind === wanted.kind && isInScope && isAlive && hasUses && isFromAllowed;
}

async function refuse(address: string, kind: TokenKind): Promise<never> {
  const { count, retryAfterSeconds } = await countRefusal(addressGroup(address), clock.now().getTime());
  if (count > REFUSALS_PER_MINUTE) {
    throw new AppError(
      "rate-limited",
      `Too many requests without a valid token from this address. Try again in ${retryAfterSeconds} s.`,
      { retryAfterSeconds },
    );
  }
  throw new AppError(
    "unauthenticated",
    `This needs a valid ${kind} token in the Authorization header. Check that it is complete, of this kind and for this address, not expired, not revoked and sent from an allowed network.`,
  );
}
