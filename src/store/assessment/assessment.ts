import { z } from "zod";
import type { Assessment } from "#domain/assessment.ts";
import { assessmentId } from "#domain/assessment-id.ts";
import type { Subject } from "#domain/resource.ts";
import { applyRuleExemptions } from "#store/exemption/to-assessments.ts";
import { type Executor, execute, type Statement, selectRows, sql } from "#store/sql.ts";
import { storableJson, storableText } from "#store/storable-text.ts";
import { saveItems } from "./assessment-items.ts";
import { applyConfirmations } from "./confirmation.ts";
import { type AssessmentChange, type Because, trackChanges } from "./track-changes.ts";

/** Everything that the rules of its kind say of one resource. A rule that is missing here has no verdict on it any more. */
export interface SubjectAssessments {
  subject: Subject;
  assessments: readonly Omit<Assessment, "resourceId">[];
}

export interface Save extends Because {
  /** Everything was looked at anew: the time of assessment rises also where nothing differs. */
  isFresh?: boolean;
  /** For how long a person's confirmation counts. */
  confirmationDays?: number;
}

/**
 * Makes the stored verdicts of these resources what `saved` says, in the caller's transaction and for any number of resources
 * at once: verdicts and items are written where they differ, what people decided is laid over them, and what counts differently
 * goes to the history with its cause. Saving the same again changes nothing. Returns what changed.
 */
export async function saveAssessments(
  executor: Executor,
  saved: readonly SubjectAssessments[],
  save: Save,
): Promise<AssessmentChange[]> {
  if (saved.length === 0) return [];
  const rows = saved.flatMap(({ subject, assessments }) =>
    assessments.map((assessment) => ({
      ...subject,
      ...assessment,
      id: assessmentId(assessment.ruleId, subject.resourceId),
    })),
  );
  const rootIds = [...new Set(saved.map(({ subject }) => subject.rootId))];
  const of = ofSubjects(saved.map(({ subject }) => subject));
  return trackChanges(executor, { of, because: save }, async (isFirst) => {
    await upsertAssessments(executor, rows, save);
    // The first verdicts of thousands of resources have nothing before them that could have to go.
    if (!isFirst) await deleteOthers(executor, saved);
    await saveItems(executor, isFirst ? rows.filter(({ findings }) => findings.length > 0) : rows);
    await applyConfirmations(executor, of, { now: save.at, validDays: save.confirmationDays });
    await applyRuleExemptions(executor, { of, rootIds }, save.at);
  });
}

/** A condition on `assessment a`: it is about one of these resources. */
export function ofSubjects(subjects: readonly Subject[]): Statement {
  return sql`(a.root_id, a.resource_kind, a.resource_id) in (select * from unnest(${subjects.map((one) => one.rootId)}::uuid[],
    ${subjects.map((one) => one.kind)}::text[], ${subjects.map((one) => one.resourceId)}::text[]))`;
}

export type AssessmentRow = Subject & Omit<Assessment, "resourceId"> & { id: Uint8Array };

async function upsertAssessments(executor: Executor, rows: readonly AssessmentRow[], save: Save): Promise<void> {
  const column = <Value>(pick: (row: AssessmentRow) => Value) => rows.map(pick);
  await execute(
    sql`insert into assessment (root_id, id, rule_id, resource_id, resource_kind, status, cause, reason, completeness, severity, severity_rank,
          evidence, diagnostics, finding_count, known_status, status_since, assessed_at)
        select a.root_id, a.id, a.rule_id, a.resource_id, a.kind, a.status, ${save.cause}, a.reason, a.completeness, a.severity,
          severity_rank_of(a.severity), a.evidence::jsonb, a.diagnostics::jsonb, a.finding_count, nullif(a.status, 'unknown'), ${save.at}, ${save.at}
          from unnest(${column((a) => a.rootId)}::uuid[], ${column((a) => a.id)}::bytea[], ${column((a) => a.ruleId)}::text[],
            ${column((a) => a.resourceId)}::text[], ${column((a) => a.kind)}::text[], ${column((a) => a.status)}::text[],
            ${column((a) => storableText(a.reason))}::text[], ${column((a) => a.completeness)}::text[], ${column((a) => a.severity)}::text[],
            ${column((a) => storableJson(a.evidence))}::text[], ${column((a) => storableJson(a.diagnostics))}::text[],
            ${column((a) => a.findings.length)}::int[])
          as a (root_id, id, rule_id, resource_id, kind, status, reason, completeness, severity, evidence, diagnostics, finding_count)
        on conflict (root_id, id) do update set status = excluded.status, cause = excluded.cause, reason = excluded.reason,
          completeness = excluded.completeness, severity = excluded.severity, severity_rank = excluded.severity_rank,
          evidence = excluded.evidence, diagnostics = excluded.diagnostics, finding_count = excluded.finding_count,
          assessed_at = excluded.assessed_at
         where ${save.isFresh ?? false} or (assessment.status, assessment.reason, assessment.completeness, assessment.severity,
             assessment.evidence, assessment.diagnostics, assessment.finding_count)
           is distinct from (excluded.status, excluded.reason, excluded.completeness, excluded.severity, excluded.evidence,
             excluded.diagnostics, excluded.finding_count)`,
    executor,
  );
}

/** A rule that this version no longer has must not stay behind with an old verdict. */
async function deleteOthers(executor: Executor, saved: readonly SubjectAssessments[]): Promise<void> {
  const kept = saved.flatMap(({ subject, assessments }) =>
    assessments.map(({ ruleId }) => ({ rootId: subject.rootId, id: assessmentId(ruleId, subject.resourceId) })),
  );
  await execute(
    sql`with gone as (
          delete from assessment a where ${ofSubjects(saved.map(({ subject }) => subject))}
             and not exists (select 1 from unnest(${kept.map((one) => one.rootId)}::uuid[], ${kept.map((one) => one.id)}::bytea[]) as k (root_id, id)
                              where k.root_id = a.root_id and k.id = a.id)
          returning a.root_id, a.id)
        delete from assessment_finding f using gone g where f.root_id = g.root_id and f.assessment_id = g.id`,
    executor,
  );
}

/** Of assessments the worst item that no exemption covers, by `<root>|<rule>|<resource>`. */
export async function worstOpenItems(
  executor: Executor,
  changes: readonly AssessmentChange[],
): Promise<Map<string, string>> {
  if (changes.length === 0) return new Map();
  const rows = await selectRows(
    z.object({ key: z.string(), title: z.string() }),
    sql`select a.root_id || '|' || a.rule_id || '|' || a.resource_id as key, worst.title
          from unnest(${changes.map((one) => one.rootId)}::uuid[], ${changes.map((one) => assessmentId(one.ruleId, one.resourceId))}::bytea[])
            as wanted (root_id, id)
          join assessment a on a.root_id = wanted.root_id and a.id = wanted.id
          cross join lateral (
            select f.title from assessment_finding f where f.root_id = a.root_id and f.assessment_id = a.id and f.exemption_id is null
             order by f.severity_rank desc, f.key limit 1) worst`,
    executor,
  );
  return new Map(rows.map(({ key, title }) => [key, title]));
}
