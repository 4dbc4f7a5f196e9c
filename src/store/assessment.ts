import { z } from "zod";
import type { Assessment, AssessmentStatus } from "#domain/assessment.ts";
import { sha256 } from "./ids.ts";
import { type Executor, execute, selectRows, sql } from "./sql.ts";
import { appendStatusHistory, type StatusCause } from "./status-history.ts";
import { storableJson, storableText } from "./storable-text.ts";

export interface AssessmentChange {
  ruleId: string;
  severity: string;
  from: AssessmentStatus | null;
  to: AssessmentStatus;
  firstItem: string | null;
}

/** Id of an assessment: one rule held against one resource. */
export const assessmentId = (ruleId: string, resourceId: string): Buffer<ArrayBuffer> =>
  sha256(`${ruleId}\u0000${resourceId}`);

/**
 * Replaces every assessment of one resource with `assessments` in the caller's transaction: rows are updated, findings
 * replaced, changes of status appended to the history with their cause. Saving the same again changes nothing. Returns
 * what changed.
 */
export async function saveAssessments(
  executor: Executor,
  resource: { rootId: string; resourceId: string; kind: string },
  save: { assessments: readonly Assessment[]; at: Date; cause: StatusCause; causeRef: string },
): Promise<AssessmentChange[]> {
  const before = await statusesOf(executor, resource);
  const changes = save.assessments.flatMap((assessment): AssessmentChange[] => {
    const from = before.get(assessment.ruleId) ?? null;
    if (from === assessment.status) return [];
    return [
      {
        ruleId: assessment.ruleId,
        severity: assessment.severity,
        from,
        to: assessment.status,
        firstItem: assessment.findings[0]?.title ?? null,
      },
    ];
  });
  await upsertAssessments(executor, resource, save);
  await replaceFindings(executor, resource, save.assessments);
  await appendStatusHistory(
    executor,
    changes.map((change) => ({
      rootId: resource.rootId,
      resourceId: resource.resourceId,
      ruleId: change.ruleId,
      fromStatus: change.from,
      toStatus: change.to,
      cause: save.cause,
      causeRef: save.causeRef,
    })),
  );
  return changes;
}

async function statusesOf(
  executor: Executor,
  { rootId, resourceId }: { rootId: string; resourceId: string },
): Promise<Map<string, AssessmentStatus>> {
  const Row = z.object({
    ruleId: z.string(),
    status: z.enum(["healthy", "unhealthy", "unknown", "manual", "notApplicable"]),
  });
  const rows = await selectRows(
    Row,
    sql`select rule_id as "ruleId", status from assessment where root_id = ${rootId} and resource_id = ${resourceId}`,
    executor,
  );
  return new Map(rows.map((row) => [row.ruleId, row.status]));
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
