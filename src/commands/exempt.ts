import { clock } from "#clock.ts";
import { AppError } from "#domain/app-error.ts";
import type { ExemptionScope } from "#domain/exemption.ts";
import { requireRole } from "#domain/require-role.ts";
import type { Actor } from "#domain/role.ts";
import { recordAudit } from "#store/audit.ts";
import { type ExemptionOutcome, saveExemption } from "#store/exemption/settle-exemption.ts";
import { enqueue } from "#store/queue/queue.ts";
import { type Transaction, transaction } from "#store/transaction.ts";
import { checkedTarget, ExemptionRequest, type ExemptionTarget, requestFault } from "./exemption-request.ts";

/** What an exemption changed: findings that are out of the figures or back, and resources on which a rule counts otherwise. */
export interface ExemptionChange {
  findings: number;
  resources: number;
}

/**
 * Exempts a rule or a vulnerability in a scope: what it covers counts neither as met nor as broken until the exemption ends. Also
 * what comes into the scope later. A selection is saved whole or not at all; what of it is exempt already stays as it is, and
 * only where all of it is, `conflict` is thrown.
 */
export async function exempt(actor: Actor, input: unknown): Promise<{ ids: string[] } & ExemptionChange> {
  requireRole(actor, "analyst");
  const { also, ...request } = ExemptionRequest.parse(input);
  const targets: ExemptionTarget[] = [request, ...also];
  const { reason, note, reopenOn } = request;
  const now = clock.now();
  const expiresAt = request.expiresAt === null ? null : new Date(request.expiresAt);
  if (expiresAt !== null && expiresAt <= now) throw requestFault("/expiresAt", "must lie in the future");
  if (targets.some(({ subject }) => subject.kind === "rule")) requireRuleWords({ reason, reopenOn });
  const decision = {
    reopenOn,
    reason,
    note,
    expiresAt,
    by: { name: actor.name, id: actor.kind === "user" ? actor.id : null },
    at: now,
  };
  return transaction(async (tx) => {
    const saved: ExemptionOutcome[] = [];
    for (const target of targets) {
      const aim = await checkedTarget(tx, target);
      const outcome = await saveExemption(tx, { ...aim, ...decision });
      if (outcome === null) continue;
      await recordAudit(tx, actor, {
        action: "exemption.create",
        target: auditTarget(aim.subject, aim.scope),
        after: { id: outcome.id, ...aim, reason, note, expiresAt, reopenOn },
      });
      saved.push(outcome);
    }
    if (saved.length === 0)
      throw new AppError("conflict", "This is exempt already. End that exemption first to change it.");
    if (expiresAt !== null) await askForEnd(tx, saved, { expiresAt, now });
    return { ids: saved.map(({ id }) => id), ...changeOf(saved) };
  });
}

function requireRuleWords({ reason, reopenOn }: { reason: string; reopenOn: readonly string[] }): void {
  if (reopenOn.length > 0)
    throw requestFault("/reopenOn", "is for vulnerabilities: a rule that is met again needs no exemption");
  if (reason === "not-reachable") throw requestFault("/reason", "is for vulnerabilities");
}

async function askForEnd(
  tx: Transaction,
  saved: readonly ExemptionOutcome[],
  { expiresAt, now }: { expiresAt: Date; now: Date },
): Promise<void> {
  const startAfterSeconds = Math.max(1, Math.ceil((expiresAt.getTime() - now.getTime()) / 1000));
  await enqueue("end-exemptions", {}, { executor: tx, key: saved[0]?.id ?? "", startAfterSeconds });
}

/** What the audit log names: the root, else the subject. */
export function auditTarget(
  subject: { kind: string; id: string },
  { rootId }: Pick<ExemptionScope, "rootId">,
): { kind: string; id: string; name: string } {
  return rootId === null ? { ...subject, name: subject.id } : { kind: "root", id: rootId, name: subject.id };
}

/** The figures of outcomes together. */
export function changeOf(outcomes: readonly ExemptionOutcome[]): ExemptionChange {
  const verdicts = outcomes.flatMap((outcome) => outcome.verdicts);
  return {
    findings: outcomes.flatMap((outcome) => outcome.findings).reduce((sum, one) => sum + one.findings, 0),
    resources: new Set(verdicts.map(({ rootId, resourceId }) => `${rootId} ${resourceId}`)).size,
  };
}
