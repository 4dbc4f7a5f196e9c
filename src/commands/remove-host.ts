import { requireRole } from "#domain/require-role.ts";
import type { Actor } from "#domain/role.ts";
import { revokeApiToken } from "#store/account/api-token.ts";
import { recordAudit } from "#store/audit.ts";
import { recordChange } from "#store/change.ts";
import { daemonsOf } from "#store/host/host.ts";
import { removeHosts } from "#store/host/host-life.ts";
import { transaction } from "#store/transaction.ts";
import { HostId, hostTarget, managedHost } from "./managed-host.ts";

/**
 * Removes a host: its agent's token dies at once, it leaves every list, its history stays. A machine's further engines hang
 * on its agent, so they leave with the first.
 */
export async function removeHost(actor: Actor, input: unknown): Promise<void> {
  requireRole(actor, "admin");
  const { hostId } = HostId.parse(input);
  await transaction(async (tx) => {
    const host = await managedHost(tx, hostId);
    const further = (await daemonsOf(tx, hostId)).filter(({ removedAt }) => removedAt === null);
    const ids = [hostId, ...further.map(({ id }) => id)];
    for (const { tokenId, nextTokenId } of [host, ...further])
      for (const token of [tokenId, nextTokenId]) if (token) await revokeApiToken(tx, token);
    await removeHosts(tx, ids);
    await recordAudit(tx, actor, {
      action: "host.remove",
      target: hostTarget(host),
      ...(further.length > 0 ? { after: { removedWithIt: further.map(({ id }) => id) } } : {}),
    });
    await recordChange(tx, "containers", "notices", ...ids.map((id) => `host:${id}` as const));
  });
}
