import { z } from "zod";
import { clock } from "#clock.ts";
import { links } from "#domain/links.ts";
import {
  type ControlExemption,
  endControlExemption,
  expiredControlExemptions,
  lockHostsOf,
} from "#store/assessment/control-exemption.ts";
import { reapplyExemptions } from "#store/assessment/control-exemption-rules.ts";
import type { AssessmentChange } from "#store/assessment/track-changes.ts";
import { recordChange } from "#store/change.ts";
import { findHost } from "#store/host/host.ts";
import { addNotices } from "#store/notice/notice.ts";
import { selectFirst, sql } from "#store/sql.ts";
import { type Transaction, transaction } from "#store/transaction.ts";

/** An exemption that comes to its end on more hosts than this tells none of them: its own page lists it. */
const NOTICES = 20;

/** Ends the exemptions whose time is over: what they covered counts again, with a notice where that is unhealthy. */
export async function endExpiredExemptions(now = clock.now()): Promise<number> {
  return transaction(async (tx) => {
    const expired = await expiredControlExemptions(tx, now);
    for (const exemption of expired) {
      const { id, ruleId } = exemption;
      const hostIds = await lockHostsOf(tx, exemption);
      await endControlExemption(tx, id, { at: exemption.expiresAt ?? now, by: null });
      const changes = await reapplyExemptions(tx, hostIds, { ruleId, exemptionId: id, now });
      const broken = changes.filter(({ to }) => to === "unhealthy");
      if (broken.length <= NOTICES) await tell(tx, exemption, broken);
      await recordChange(tx, "containers", ...hostIds.map((one) => `host:${one}` as const));
    }
    return expired.length;
  });
}

async function tell(tx: Transaction, exemption: ControlExemption, broken: AssessmentChange[]): Promise<void> {
  const rule = await selectFirst(
    z.object({ title: z.string() }),
    sql`select title from rule where id = ${exemption.ruleId}`,
    tx,
  );
  for (const { rootId: hostId, ruleId, severity } of broken) {
    const host = await findHost(hostId, tx);
    if (!host) continue;
    await addNotices(tx, [
      {
        rootId: hostId,
        kind: "control-failed",
        dedupeKey: `control/${ruleId}`,
        severity,
        title: `${rule?.title ?? ruleId}: the exemption on ${host.name} is over`,
        detail: `${exemption.createdBy} exempted it: ${exemption.note.slice(0, 200)}`,
        href: `${links.host(hostId)}?control=${ruleId}`,
        count: 1,
        isDemo: host.isDemo,
      },
    ]);
  }
}
