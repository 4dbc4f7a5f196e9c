import type { EndCause, ExemptionEffect } from "#domain/exemption.ts";
import { rootTopic } from "#domain/topic.ts";
import { type AssessmentChange, trackChanges } from "#store/assessment/track-changes.ts";
import { recordChange } from "#store/change.ts";
import { askForRecount } from "#store/count/dirty-marks.ts";
import { recountContainers } from "#store/host/container-counts.ts";
import { saveJudgedRoots } from "#store/resource-summary.ts";
import { type Executor, execute, sql } from "#store/sql.ts";
import type { Transaction } from "#store/transaction.ts";
import {
  type Exemption,
  type ExemptionAim,
  endExemptionRow,
  insertExemption,
  lockExemptions,
  type NewExemption,
  setBaseline,
} from "./exemption.ts";
import { applyRuleExemptions, assessmentsEffect, lockRootsOf } from "./to-assessments.ts";
import { applyExemptionsOf, findingsBaseline, findingsCovered, findingsEffect, uncover } from "./to-findings.ts";

/** What changed when an exemption was made or ended: verdicts of resources, or findings by registry. */
export interface ExemptionOutcome {
  id: string;
  verdicts: AssessmentChange[];
  findings: Awaited<ReturnType<typeof findingsCovered>>;
}

/** What saving these exemptions would take out of the figures together. Changes nothing. */
export async function previewExemptions(
  executor: Executor,
  aims: readonly ExemptionAim[],
  now: Date,
): Promise<ExemptionEffect> {
  const ofKind = (kind: ExemptionAim["subject"]["kind"]) => aims.filter(({ subject }) => subject.kind === kind);
  const findings = await findingsEffect(executor, ofKind("vulnerability"));
  const { items, resources } = await assessmentsEffect(executor, ofKind("rule"), now);
  return { ...findings, items, resources };
}

/**
 * Saves an exemption and lays it over everything it covers in the caller's transaction: verdicts with their history and counts,
 * findings with a request to count their images again. Null when one for exactly the same is in force.
 */
export async function saveExemption(tx: Transaction, exemption: NewExemption): Promise<ExemptionOutcome | null> {
  const { subject, scope, at } = exemption;
  if (subject.kind === "vulnerability") await lockExemptions(tx);
  const roots = subject.kind === "rule" ? await lockRootsOf(tx, { ruleId: subject.id, rootId: scope.rootId }) : [];
  const id = await insertExemption(tx, exemption);
  if (id === null) return null;
  if (subject.kind === "rule") {
    return {
      id,
      verdicts: await reapplyRule(tx, roots, { ruleId: subject.id, exemptionId: id, now: at }),
      findings: [],
    };
  }
  if (subject.kind === "vulnerability") {
    await applyExemptionsOf(tx, subject.id, at);
    await setBaseline(tx, id, await findingsBaseline(tx, id, subject.id));
    await markCovered(tx, id);
    return { id, verdicts: [], findings: await findingsCovered(tx, id) };
  }
  return { id, verdicts: [], findings: [] };
}

/** Ends an exemption: what it covered counts again at once, unless another covers it. */
export async function endExemption(
  tx: Transaction,
  exemption: Exemption,
  end: { at: Date; by: string | null; because: EndCause },
): Promise<ExemptionOutcome> {
  const { id, subjectKind, subject, rootId } = exemption;
  if (subjectKind === "rule") {
    const roots = await lockRootsOf(tx, { ruleId: subject, rootId });
    await endExemptionRow(tx, id, end);
    const change = { ruleId: subject, exemptionId: id, now: end.at, because: end.because };
    return { id, verdicts: await reapplyRule(tx, roots, change), findings: [] };
  }
  await lockExemptions(tx);
  const findings = await findingsCovered(tx, id);
  await markCovered(tx, id);
  await endExemptionRow(tx, id, end);
  await uncover(tx, id);
  await applyExemptionsOf(tx, subject, end.at);
  return { id, verdicts: [], findings };
}

async function reapplyRule(
  tx: Transaction,
  rootIds: readonly string[],
  { ruleId, exemptionId, now, because }: { ruleId: string; exemptionId: string; now: Date; because?: EndCause },
): Promise<AssessmentChange[]> {
  if (rootIds.length === 0) return [];
  const of = sql`a.root_id = any(${[...rootIds]}::uuid[]) and a.rule_id = ${ruleId}`;
  const detail = because === undefined ? {} : { detail: { because } };
  const changes = await trackChanges(
    tx,
    { of, because: { at: now, cause: "exemption", causeRef: exemptionId, ...detail } },
    () => applyRuleExemptions(tx, { of, rootIds, ruleId }, now),
  );
  const roots = await saveJudgedRoots(tx, rootIds);
  await recountContainers(tx, rootIds, [ruleId]);
  await recordChange(tx, "containers", ...roots.map(({ kind, rootId }) => rootTopic(kind, rootId)));
  return changes;
}

/** Has counted again what an exemption covers: its flaws in whole registries, the images of single places. */
async function markCovered(tx: Transaction, exemptionId: string): Promise<void> {
  await execute(
    sql`insert into dirty_mark (scope, key, cause)
        select distinct 'registry-flaw', root_id || '/' || vulnerability_id, 'exemption' from exempted_package where exemption_id = ${exemptionId}
        union all
        select distinct 'image', p.registry_id || '/sha256:' || encode(p.digest, 'hex'), 'exemption' from exempted_finding x
          join placement p on p.registry_id = x.root_id and p.id = x.placement_id where x.exemption_id = ${exemptionId}`,
    tx,
  );
  await askForRecount(tx);
  await recordChange(tx, "vulnerabilities", "containers");
}
