import { z } from "zod";
import { clock } from "#clock.ts";
import { AppError } from "#domain/app-error.ts";
import { requireRole } from "#domain/require-role.ts";
import type { Actor } from "#domain/role.ts";
import { recordAudit } from "#store/audit.ts";
import { recordChange } from "#store/change.ts";
import { reassessAllHosts } from "#store/host/host-report.ts";
import { lockSitePolicy, replaceSitePolicy } from "#store/host/hosts-policy.ts";
import { transaction } from "#store/transaction.ts";
import { GivenPolicy } from "./host-policy.ts";

export const HostsPolicyChange = z.object({
  policy: GivenPolicy,
  /** When the expectations that were changed had been saved, null when none had: refuses to overwrite somebody else's change. */
  basedOn: z.iso.datetime().nullable(),
});

/**
 * Replaces what the site expects of its Docker hosts. The last report of every approved host is assessed again. Returns how
 * many. Throws `conflict` when the expectations changed since the caller read them.
 */
export async function updateHostsPolicy(actor: Actor, input: unknown): Promise<{ hosts: number }> {
  requireRole(actor, "admin");
  const { policy, basedOn } = HostsPolicyChange.parse(input);
  return transaction(async (tx) => {
    const before = await lockSitePolicy(tx);
    if ((before?.updatedAt.toISOString() ?? null) !== basedOn)
      throw new AppError(
        "conflict",
        `${before?.updatedBy ?? "Somebody"} changed the expectations while you did. Reload the page to see what they say now.`,
      );
    await replaceSitePolicy(tx, policy, { at: clock.now(), by: actor.name });
    const hosts = await reassessAllHosts(tx);
    await recordAudit(tx, actor, {
      action: "hosts.update-policy",
      target: { kind: "setting", id: "hosts.policy", name: "Expectations of Docker hosts" },
      before: before?.policy ?? {},
      after: policy,
    });
    await recordChange(tx, "containers");
    return { hosts };
  });
}
