import { AppError } from "#domain/app-error.ts";
import { type Actor, type Role, roleIncludes } from "#domain/role.ts";
import { authenticateSession } from "#ingest/authenticate-session.ts";
import { authenticateToken, tokenFromHeaders } from "#ingest/authenticate-token.ts";
import { clientAddress } from "#ingest/client-address.ts";

export interface RequestActor {
  actor: Actor;
  via: "cookie" | "token";
  mustChangePassword: boolean;
}

/**
 * Who sends this request: the bearer of an `api` token when an Authorization header is there (a bad one is 401, never
 * a fall-back to the cookie), else the signed-in person. Throws `unauthenticated` when it is nobody.
 */
export async function requestActor(headers: Headers, requestId: string): Promise<RequestActor> {
  if (headers.has("authorization") || (tokenFromHeaders(headers) && !headers.has("cookie"))) {
    return { actor: { ...(await tokenActor(headers)), requestId }, via: "token", mustChangePassword: false };
  }
  const session = await authenticateSession(headers);
  if (!session) throw new AppError("unauthenticated", "Sign in, or send an api token in the Authorization header.");
  return { actor: { ...session.actor, requestId }, via: "cookie", mustChangePassword: session.mustChangePassword };
}

/** An api token acts with its own role, but never with more than its maker may do today. */
async function tokenActor(headers: Headers): Promise<Actor> {
  const token = await authenticateToken(headers, "api");
  const own: Role = token.role ?? "viewer";
  if (token.createdBy !== null && !token.creatorActive) {
    throw new AppError("unauthenticated", "The account that made this token is disabled or gone. Make a new token.");
  }
  const role = token.creatorRole && !roleIncludes(token.creatorRole, own) ? token.creatorRole : own;
  return { kind: "token", id: token.id, name: token.name, role, address: clientAddress(headers) };
}
