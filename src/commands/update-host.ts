import { z } from "zod";
import { requireRole } from "#domain/require-role.ts";
import type { Actor } from "#domain/role.ts";
import { recordAudit } from "#store/audit.ts";
import { recordChange } from "#store/change.ts";
import { saveHostDetails } from "#store/host/host-life.ts";
import { reassessHost } from "#store/host/host-report.ts";
import { transaction } from "#store/transaction.ts";
import { GivenPolicy } from "./host-policy.ts";
import { HostId, hostTarget, managedHost } from "./managed-host.ts";

const Changes = HostId.extend({
  name: z.string().trim().min(1, "must not be empty").max(255).optional(),
  owner: z.string().trim().max(200).nullish(),
  environment: z.string().trim().max(100).nullish(),
  /** Assess the host although AKS or Databricks manages it. */
  assessManaged: z.boolean().optional(),
  /** What this host is expected to be, over the site's; confirmations have a command of their own. */
  policy: GivenPolicy.optional(),
  clearCloneFlag: z.boolean().optional(),
});

/** Changes what people say about a host. Where that decides verdicts, its last report is assessed again. */
export async function updateHost(actor: Actor, input: unknown): Promise<void> {
  requireRole(actor, "admin");
  const changes = Changes.parse(input);
  await transaction(async (tx) => {
    const host = await managedHost(tx, changes.hostId);
    const next = {
      name: changes.name ?? host.name,
      owner: changes.owner === undefined ? host.owner : changes.owner,
      environment: changes.environment === undefined ? host.environment : changes.environment,
      assessManaged: changes.assessManaged ?? host.assessManaged,
      policy: changes.policy === undefined ? host.policy : changes.policy,
    };
    await saveHostDetails(tx, host.id, { ...next, clearCloneFlag: changes.clearCloneFlag ?? false });
    if (changes.assessManaged !== undefined || changes.policy !== undefined) await reassessHost(tx, host.id);
    const { hostId: _, ...after } = changes;
    await recordAudit(tx, actor, {
      action: "host.update",
      target: hostTarget(host),
      before: {
        name: host.name,
        owner: host.owner,
        environment: host.environment,
        assessManaged: host.assessManaged,
        policy: host.policy,
      },
      after,
    });
    await recordChange(tx, "containers", `host:${host.id}`);
  });
}
