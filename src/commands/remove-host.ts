import { requireRole } from "#domain/require-role.ts";
import type { Actor } from "#domain/role.ts";
import { revokeApiToken } from "#store/api-token.ts";
import { recordAudit } from "#store/audit.ts";
import { recordChange } from "#store/change.ts";
import { execute, sql } from "#store/sql.ts";
import { transaction } from "#store/transaction.ts";
import { HostId, hostTarget, managedHost } from "./managed-host.ts";

/** Removes a host: its agent's token dies at once, it leaves every list, its history stays. */
export async function removeHost(actor: Actor, input: unknown): Promise<void> {
  requireRole(actor, "admin");
  const { hostId } = HostId.parse(input);
  await transaction(async (tx) => {
    const host = await managedHost(tx, hostId);
    if (host.tokenId) await revokeApiToken(tx, host.tokenId);
    await execute(sql`update host set removed_at = now() where id = ${hostId}`, tx);
    await execute(sql`delete from resource_summary where root_id = ${hostId}`, tx);
    await execute(sql`delete from notice where root_id = ${hostId}`, tx);
    await recordAudit(tx, actor, { action: "host.remove", target: hostTarget(host) });
    await recordChange(tx, "containers", "notices", `host:${hostId}`);
  });
}
