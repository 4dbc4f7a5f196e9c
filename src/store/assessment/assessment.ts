import { z } from "zod";
import type { Assessment } from "#domain/assessment.ts";
import { sha256 } from "#store/ids.ts";
import { type Executor, execute, selectRows, sql } from "#store/sql.ts";
import { storableJson, storableText } from "#store/storable-text.ts";
import {
  applyControlExemptions,
  type EffectiveChange,
  effectiveChanges,
  effectiveStatuses,
} from "./control-exemption.ts";
import { appendStatusHistory, type StatusCause } from "./status-history.ts";

export interface AssessmentChange extends EffectiveChange {
  /** The worst item that is not exempt. */
  firstItem: string | null;
}

/** Id of an assessment: one rule held against one resource. */
export const assessmentId = (ruleId: string, resourceId: string): Buffer<ArrayBuffer> =>
  sha256(`${ruleId}\u0000${resourceId}`);

/**
 * Replaces every assessment of one host with `assessments` in the caller's transaction: rows are updated, findings replaced,
 * exemptions in force laid over them, changes of what counts appended to the history with their cause. Saving the same again
 * changes nothing. Returns what changed.
 */
export async function saveAssessments(
  executor: Executor,
  resource: { rootId: string; resourceId: string; kind: string },
  save: { assessments: readonly Assessment[]; at: Date; cause: StatusCause; causeRef: string },
): Promise<AssessmentChange[]> {
  const { rootId, resourceId } = resource;
  const before = await effectiveStatuses(executor, [rootId]);
  await upsertAssessments(executor, resource, save);
  await replaceFindings(executor, resource, save.assessments);
  await applyControlExemptions(executor, [rootId], { now: save.at });
  const changes = effectiveChanges(before, await effectiveStatuses(executor, [rootId]));
  await appendStatusHistory(
    executor,
    changes.map((change) => ({
      rootId,
      resourceId,
      ruleId: change.ruleId,
      fromStatus: change.from,
      toStatus: change.to,
      cause: save.cause,
      causeRef: save.causeRef,
    })),
  );
  const items = await firstOpenItems(
    executor,
    rootId,
    changes.filter(({ to }) => to === "unhealthy").map(({ ruleId }) => ruleId),
  );
  return changes.map((change) => ({ ...change, firstItem: items.get(change.ruleId) ?? null }));
}

/** Of each rule the worst item that no exemption covers. */
async function firstOpenItems(
  executor: Executor,
  rootId: string,
  ruleIds: readonly string[],
): Promise<Map<string, string>> {
  if (ruleIds.length === 0) return new Map();
  const rows = await selectRows(
    z.object({ ruleId: z.string(), title: z.string() }),
    sql`select distinct on (a.rule_id) a.rule_id as "ruleId", f.title from assessment a
          join assessment_finding f on f.root_id = a.root_id and f.assessment_id = a.id and f.exemption_id is null
         where a.root_id = ${rootId} and a.rule_id = any(${ruleIds}::text[])
         order by a.rule_id, case f.severity when 'critical' then 0 when 'high' then 1 when 'medium' then 2 when 'low' then 3 else 4 end, f.key`,
    executor,
  );
  return new Map(rows.map(({ ruleId, title }) => [ruleId, title]));
}

async function upsertAssessments(
  executor: Executor,
  { rootId, resourceId, kind }: { rootId: string; resourceId: string; kind: string },
  { assessments, at }: { assessments: readonly Assessment[]; at: Date },
): Promise<void> {
  const column = <Value>(pick: (assessment: Assessment) => Value) => assessments.map(pick);
  await execute(
    sql`insert into assessment (root_id, id, rule_id, resource_id, resource_kind, status, reason, completeness, severity, evidence, diagnostics,
          finding_count, status_since, assessed_at)
        select ${rootId}, a.id, a.rule_id, ${resourceId}, ${kind}, a.status, a.reason, a.completeness, a.severity, a.evidence::jsonb,
          a.diagnostics::jsonb, a.finding_count, ${at}, ${at}
          from unnest(${column((a) => assessmentId(a.ruleId, resourceId))}::bytea[], ${column((a) => a.ruleId)}::text[], ${column((a) => a.status)}::text[],
            ${column((a) => storableText(a.reason))}::text[], ${column((a) => a.completeness)}::text[], ${column((a) => a.severity)}::text[],
            ${column((a) => storableJson(a.evidence))}::text[], ${column((a) => storableJson(a.diagnostics))}::text[],
            ${column((a) => a.findings.length)}::int[])
          as a (id, rule_id, status, reason, completeness, severity, evidence, diagnostics, finding_count)
        on conflict (root_id, id) do update set status = excluded.status, reason = excluded.reason, completeness = excluded.completeness,
          severity = excluded.severity, evidence = excluded.evidence, diagnostics = excluded.diagnostics, finding_count = excluded.finding_count,
          status_since = case when assessment.status = excluded.status then assessment.status_since else excluded.status_since end,
          assessed_at = excluded.assessed_at`,
    executor,
  );
  // A control that this version no longer has must not stay behind with an old verdict.
  await execute(
    sql`delete from assessment where root_id = ${rootId} and resource_id = ${resourceId} and resource_kind = ${kind}
          and rule_id <> all(${column((a) => a.ruleId)}::text[])`,
    executor,
  );
}

async function replaceFindings(
  executor: Executor,
  { rootId, resourceId }: { rootId: string; resourceId: string },
  assessments: readonly Assessment[],
): Promise<void> {
  await execute(
    sql`delete from assessment_finding f where f.root_id = ${rootId}
          and f.assessment_id in (select id from assessment where root_id = ${rootId} and resource_id = ${resourceId})`,
    executor,
  );
  const rows = assessments.flatMap((assessment) =>
    assessment.findings.map((finding) => ({ id: assessmentId(assessment.ruleId, resourceId), finding })),
  );
  const CHUNK = 5000;
  for (let start = 0; start < rows.length; start += CHUNK) {
    const part = rows.slice(start, start + CHUNK);
    await execute(
      sql`insert into assessment_finding (root_id, assessment_id, key, status, severity, title, remediation, evidence)
          select ${rootId}, f.id, f.key, f.status, f.severity, f.title, f.remediation, f.evidence::jsonb
            from unnest(${part.map((row) => row.id)}::bytea[], ${part.map((row) => storableText(row.finding.key))}::text[], ${part.map((row) => row.finding.status)}::text[],
              ${part.map((row) => row.finding.severity)}::text[], ${part.map((row) => storableText(row.finding.title))}::text[],
              ${part.map((row) => storableText(row.finding.remediation ?? ""))}::text[], ${part.map((row) => storableJson(row.finding.evidence))}::text[])
            as f (id, key, status, severity, title, remediation, evidence)
          on conflict do nothing`,
      executor,
    );
  }
}

/** What people confirmed on one root, by rule. */
export async function attestationsOf(
  executor: Executor,
  rootId: string,
): Promise<Record<string, { by: string; at: string; note: string; confirmed: boolean }>> {
  const Row = z.object({ ruleId: z.string(), confirmed: z.boolean(), by: z.string(), at: z.date(), note: z.string() });
  const rows = await selectRows(
    Row,
    sql`select rule_id as "ruleId", confirmed, by_name as by, at, note from attestation where root_id = ${rootId}`,
    executor,
  );
  return Object.fromEntries(rows.map(({ ruleId, at, ...row }) => [ruleId, { ...row, at: at.toISOString() }]));
}
