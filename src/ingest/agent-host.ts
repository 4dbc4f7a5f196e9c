import { AppError } from "#domain/app-error.ts";
import type { Actor } from "#domain/role.ts";
import { revokeApiToken } from "#store/account/api-token.ts";
import { recordChange } from "#store/change.ts";
import { findHost, type HostRow } from "#store/host/host.ts";
import { takeOverToken } from "#store/host/host-life.ts";
import type { Transaction } from "#store/transaction.ts";
import type { authenticateToken } from "./authenticate-token.ts";
import { clientAddress } from "./client-address.ts";

/** How often an agent says "alive", and how often it reports although nothing changed. */
export const HEARTBEAT_SECONDS = 300;
export const REPORT_SECONDS = 6 * 3600;

export type AgentToken = Awaited<ReturnType<typeof authenticateToken>>;

/** The host that an agent's token speaks for. Throws AppError forbidden for a token without one. */
export function hostOf(token: AgentToken): string {
  if (token.scopeKind !== "host" || !token.scopeId)
    throw new AppError("forbidden", "This agent token is not bound to a host. Enrol the host again.");
  return token.scopeId;
}

/** The actor of what a token does by itself. */
export function tokenActor(token: { id: string; name: string }, request: Request): Actor {
  return { kind: "token", id: token.id, name: token.name, role: "viewer", address: clientAddress(request.headers) };
}

/**
 * The host of a request that came with the token `tokenId`, locked. The first use of a token that was handed out to replace
 * another ends that other one. Throws AppError gone when the host was removed.
 */
export async function liveHost(tx: Transaction, hostId: string, tokenId: string): Promise<HostRow> {
  const host = await findHost(hostId, tx, { lock: true });
  if (!host) throw new AppError("gone", "This host was removed. Enrol it again to report.");
  if (host.nextTokenId !== tokenId) return host;
  if (host.tokenId) await revokeApiToken(tx, host.tokenId);
  await takeOverToken(tx, hostId, tokenId);
  await recordChange(tx, `host:${hostId}`);
  return { ...host, tokenId, nextTokenId: null, rotateRequestedAt: null };
}
