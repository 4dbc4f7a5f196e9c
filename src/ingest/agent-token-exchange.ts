import { AppError } from "#domain/app-error.ts";
import { insertApiToken, revokeApiToken } from "#store/account/api-token.ts";
import { handOutToken } from "#store/host/host-life.ts";
import { transaction } from "#store/transaction.ts";
import { hostOf, liveHost } from "./agent-host.ts";
import { authenticateToken } from "./authenticate-token.ts";

/**
 * Hands an agent the token that will replace its own, when an admin asked for that. The old one works until the new one is
 * used, so that an answer which gets lost costs nothing: asking again hands out another and ends the unused one. Throws
 * AppError 401, 409 (nobody asked), 410 (host removed).
 */
export async function exchangeAgentToken(request: Request): Promise<{ token: string }> {
  const token = await authenticateToken(request.headers, "agent");
  const hostId = hostOf(token);
  return transaction(async (tx) => {
    const host = await liveHost(tx, hostId, token.id);
    if (host.rotateRequestedAt === null)
      throw new AppError("conflict", "Nobody asked for another token of this host. The present one stays valid.");
    if (host.nextTokenId) await revokeApiToken(tx, host.nextTokenId);
    const next = await insertApiToken(tx, {
      kind: "agent",
      name: token.name,
      scope: { kind: "host", id: hostId },
      createdBy: token.createdBy,
      expiresAt: null,
    });
    await handOutToken(tx, hostId, next.id);
    return { token: next.token };
  });
}
