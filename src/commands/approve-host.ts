import { requireRole } from "#domain/require-role.ts";
import type { Actor } from "#domain/role.ts";
import { recordAudit } from "#store/audit.ts";
import { recordChange } from "#store/change.ts";
import { daemonsOf } from "#store/host/host.ts";
import { approveHosts } from "#store/host/host-life.ts";
import { enqueue } from "#store/queue/queue.ts";
import { transaction } from "#store/transaction.ts";
import { HostId, hostTarget, managedHost } from "./managed-host.ts";

/** Lets a host in that enrolled with a token which asks for approval; reports that waited are assessed at once. */
export async function approveHost(actor: Actor, input: unknown): Promise<void> {
  requireRole(actor, "admin");
  const { hostId } = HostId.parse(input);
  await transaction(async (tx) => {
    const host = await managedHost(tx, hostId);
    // Further engines of a machine took its approval over; they are let in with it.
    const ids = [hostId, ...(await daemonsOf(tx, hostId)).flatMap(({ id, removedAt }) => (removedAt ? [] : [id]))];
    await approveHosts(tx, ids);
    // Any uuid serves as the report's id: the job takes every report that waits.
    for (const id of ids)
      await enqueue("assess-host", { hostId: id, reportId: id }, { executor: tx, priority: "person", key: id });
    await recordAudit(tx, actor, {
      action: "host.approve",
      target: hostTarget(host),
      before: { approval: host.approval },
      after: { approval: "approved" },
    });
    await recordChange(tx, "containers", ...ids.map((id) => `host:${id}` as const));
  });
}
