import { requireRole } from "#domain/require-role.ts";
import type { Actor } from "#domain/role.ts";
import { recordAudit } from "#store/audit.ts";
import { recordChange } from "#store/change.ts";
import { wishReport } from "#store/host/host-life.ts";
import { transaction } from "#store/transaction.ts";
import { HostId, hostTarget, managedHost } from "./managed-host.ts";

/** Asks a host's agent for a fresh report; it is told with its next sign of life. */
export async function requestHostReport(actor: Actor, input: unknown): Promise<{ withinSeconds: number }> {
  requireRole(actor, "analyst");
  const { hostId } = HostId.parse(input);
  return transaction(async (tx) => {
    const host = await managedHost(tx, hostId);
    await wishReport(tx, hostId);
    await recordAudit(tx, actor, { action: "host.request-report", target: hostTarget(host) });
    await recordChange(tx, `host:${hostId}`);
    return { withinSeconds: host.heartbeatSeconds };
  });
}
