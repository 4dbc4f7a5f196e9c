import { z } from "zod";
import { clock } from "#clock.ts";
import { type EndCause, endCauseWords } from "#domain/exemption.ts";
import { links } from "#domain/links.ts";
import { severities, severityRank } from "#domain/severity.ts";
import { recordChange } from "#store/change.ts";
import { type Exemption, expiredExemptions, findExemption, reopenedExemptions } from "#store/exemption/exemption.ts";
import { type ExemptionOutcome, endExemption } from "#store/exemption/settle-exemption.ts";
import { addNotices, type NewNotice } from "#store/notice/notice.ts";
import { saveJudgedRoots } from "#store/resource-summary.ts";
import { selectFirst, sql } from "#store/sql.ts";
import { type Transaction, transaction } from "#store/transaction.ts";

/** An exemption that comes to its end on more hosts than this tells none of them: its own page lists it. */
const NOTICES = 20;

/**
 * Ends the exemptions whose time is over, and those that asked to end because a fix appeared, the flaw is exploited or its
 * severity rose. What they covered counts again, with a notice that says why. Returns how many ended.
 */
export async function endDueExemptions(now = clock.now()): Promise<number> {
  const expired = await transaction(async (tx) => {
    const due = await expiredExemptions(tx, now);
    for (const exemption of due) await endOne(tx, exemption, { at: exemption.expiresAt ?? now, because: "time" });
    return due.length;
  });
  const reopened = await transaction(async (tx) => {
    let ended = 0;
    for (const { id, because } of await reopenedExemptions(tx)) {
      const exemption = await findExemption(tx, id);
      if (!exemption || exemption.endedAt !== null) continue;
      await endOne(tx, exemption, { at: now, because });
      ended += 1;
    }
    return ended;
  });
  return expired + reopened;
}

async function endOne(
  tx: Transaction,
  exemption: Exemption,
  { at, because }: { at: Date; because: EndCause },
): Promise<void> {
  const outcome = await endExemption(tx, exemption, { at, by: null, because });
  await addNotices(
    tx,
    exemption.subjectKind === "rule"
      ? await ruleNotices(tx, exemption, outcome)
      : await findingNotices(tx, exemption, { outcome, because }),
  );
  await recordChange(tx, "notices");
}

/** One per registry: how much counts again, and why. */
async function findingNotices(
  tx: Transaction,
  exemption: Exemption,
  { outcome, because }: { outcome: ExemptionOutcome; because: EndCause },
): Promise<NewNotice[]> {
  const { id, subject, createdBy, note, repositoryId } = exemption;
  const repository =
    repositoryId === null
      ? undefined
      : await selectFirst(
          z.object({ name: z.string() }),
          sql`select name from repository where id = ${repositoryId} limit 1`,
          tx,
        );
  return outcome.findings.map(({ registryId, isDemo, findings, images, fixable, severityRank: rank }) => ({
    rootId: registryId,
    kind: "exemption-ended",
    dedupeKey: `exemption/${id}`,
    severity: severities.find((severity) => severityRank[severity] === rank) ?? "unknown",
    title: `${subject} counts again${repository ? ` in ${repository.name}` : ""}: ${endCauseWords[because]}`,
    detail: `${counted(findings, "finding")} in ${counted(images, "image")}, ${fixable} with a fix. ${createdBy} had exempted it: ${note.slice(0, 200)}`,
    href: links.vulnerability(subject),
    count: findings,
    vulnerabilityKey: subject,
    repositoryId,
    isDemo,
  }));
}

async function ruleNotices(
  tx: Transaction,
  exemption: Exemption,
  { verdicts }: ExemptionOutcome,
): Promise<NewNotice[]> {
  const broken = verdicts.filter(({ to, rootId, resourceId }) => to === "unhealthy" && resourceId === rootId);
  if (broken.length === 0 || broken.length > NOTICES) return [];
  const rule = await selectFirst(
    z.object({ title: z.string() }),
    sql`select coalesce(nullif(failed_title, ''), title) as title from rule where id = ${exemption.subject}`,
    tx,
  );
  const roots = new Map(
    (
      await saveJudgedRoots(
        tx,
        broken.map(({ rootId }) => rootId),
      )
    ).map((root) => [root.rootId, root]),
  );
  const notices = broken.flatMap(({ rootId, ruleId, severity }): NewNotice[] => {
    const root = roots.get(rootId);
    if (!root) return [];
    return [
      {
        rootId,
        kind: "control-failed",
        dedupeKey: `control/${ruleId}`,
        severity,
        title: `${rule?.title ?? ruleId} on ${root.name}: its exemption is over`,
        detail: `${exemption.createdBy} exempted it: ${exemption.note.slice(0, 200)}`,
        href: links.verdict(root.kind, rootId, ruleId),
        count: 1,
        isDemo: root.isDemo,
      },
    ];
  });
  return notices;
}

const counted = (count: number, noun: string) => `${count} ${noun}${count === 1 ? "" : "s"}`;
