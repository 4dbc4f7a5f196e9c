import { requireRole } from "#domain/require-role.ts";
import type { Actor } from "#domain/role.ts";
import { recordAudit } from "#store/audit.ts";
import { recordChange } from "#store/change.ts";
import { wishTokenRotation } from "#store/host/host-life.ts";
import { transaction } from "#store/transaction.ts";
import { HostId, hostTarget, managedHost } from "./managed-host.ts";

/**
 * Has a host's agent exchange its token for a new one. It is told with its next sign of life and fetches the new one itself;
 * the old one ends with the first use of the new, so that a host which is away loses nothing. Nothing secret passes here.
 */
export async function rotateHostToken(actor: Actor, input: unknown): Promise<{ withinSeconds: number }> {
  requireRole(actor, "admin");
  const { hostId } = HostId.parse(input);
  return transaction(async (tx) => {
    const host = await managedHost(tx, hostId);
    await wishTokenRotation(tx, hostId);
    await recordAudit(tx, actor, { action: "host.rotate-token", target: hostTarget(host) });
    await recordChange(tx, `host:${hostId}`);
    return { withinSeconds: host.heartbeatSeconds };
  });
}
