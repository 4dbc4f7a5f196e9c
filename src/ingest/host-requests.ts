import { rootTopic } from "#domain/topic.ts";
import { takeReportRequest } from "#store/host/host.ts";
import { transaction } from "#store/transaction.ts";
import { hostOf, liveHost } from "./agent-host.ts";
import { authenticateToken } from "./authenticate-token.ts";

export interface HostWish {
  reportNow: boolean;
  rotateToken: boolean;
}

export interface HostListener {
  /** The topic under which a wish for this host is announced. */
  topic: string;
  hostId: string;
  /** What is wanted now; null when nothing is. A wish for a report is handed out once. */
  look: () => Promise<HostWish | null>;
}

/**
 * Takes an agent's question for wishes: proves its token and says how to look for them. The subject comes from the token.
 * Throws `gone` when the host was removed.
 */
export async function openHostListener(request: Request): Promise<HostListener> {
  const token = await authenticateToken(request.headers, "agent");
  const hostId = hostOf(token);
  return {
    topic: rootTopic("host", hostId),
    hostId,
    look: () =>
      transaction(async (tx) => {
        const host = await liveHost(tx, hostId, token.id);
        const wish = { reportNow: await takeReportRequest(tx, hostId), rotateToken: host.rotateRequestedAt !== null };
        return wish.reportNow || wish.rotateToken ? wish : null;
      }),
  };
}
