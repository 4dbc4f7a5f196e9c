import type { Finding } from "#domain/assessment.ts";
import { compareSeverity } from "#domain/severity.ts";
import { type Executor, execute, sql } from "#store/sql.ts";
import { storableJson, storableText } from "#store/storable-text.ts";
import type { AssessmentRow } from "./assessment.ts";

/** Of one assessment so many items are stored, the worst first; `finding_count` is how many there are. */
export const STORED_ITEMS = 1000;
/** Items written by one statement. */
const CHUNK = 5000;

interface ItemRow extends Finding {
  rootId: string;
  id: Uint8Array;
}

/**
 * Makes the stored items of these assessments the ones they have: items that are gone are deleted, new ones added, others
 * written where they differ. A report that says the same as the last one writes no item at all.
 */
export async function saveItems(executor: Executor, assessments: readonly AssessmentRow[]): Promise<void> {
  for (const part of inChunks(assessments)) {
    const items = part.flatMap(itemsOf);
    await deleteGone(executor, part, items);
    if (items.length > 0) await upsertItems(executor, items);
  }
}

/** Assessments in groups that hold some `CHUNK` items: an assessment is never cut, because what it lacks is deleted. */
function* inChunks(assessments: readonly AssessmentRow[]): Generator<AssessmentRow[]> {
  let part: AssessmentRow[] = [];
  let size = 0;
  for (const assessment of assessments) {
    part.push(assessment);
    size += Math.min(assessment.findings.length, STORED_ITEMS);
    if (size < CHUNK) continue;
    yield part;
    [part, size] = [[], 0];
  }
  if (part.length > 0) yield part;
}

function itemsOf({ rootId, id, findings }: AssessmentRow): ItemRow[] {
  const worst = [...findings].sort((a, b) => compareSeverity(a.severity, b.severity)).slice(0, STORED_ITEMS);
  const byKey = new Map(worst.map((finding) => [storableText(finding.key), finding]));
  return [...byKey].map(([key, finding]) => ({ ...finding, key, rootId, id }));
}

async function deleteGone(
  executor: Executor,
  part: readonly AssessmentRow[],
  items: readonly ItemRow[],
): Promise<void> {
  await execute(
    sql`delete from assessment_finding f
         using unnest(${part.map((one) => one.rootId)}::uuid[], ${part.map((one) => one.id)}::bytea[]) as a (root_id, id)
         where f.root_id = a.root_id and f.assessment_id = a.id
           and not exists (select 1 from unnest(${items.map((one) => one.rootId)}::uuid[], ${items.map((one) => one.id)}::bytea[],
                ${items.map((one) => one.key)}::text[]) as i (root_id, id, key)
              where i.root_id = f.root_id and i.id = f.assessment_id and i.key = f.key)`,
    executor,
  );
}

async function upsertItems(executor: Executor, items: readonly ItemRow[]): Promise<void> {
  const column = <Value>(pick: (item: ItemRow) => Value) => items.map(pick);
  await execute(
    sql`insert into assessment_finding (root_id, assessment_id, key, status, severity, severity_rank, title, remediation, evidence)
        select i.root_id, i.id, i.key, i.status, i.severity, severity_rank_of(i.severity), i.title, i.remediation, i.evidence::jsonb
          from unnest(${column((i) => i.rootId)}::uuid[], ${column((i) => i.id)}::bytea[], ${column((i) => i.key)}::text[],
            ${column((i) => i.status)}::text[], ${column((i) => i.severity)}::text[], ${column((i) => storableText(i.title))}::text[],
            ${column((i) => storableText(i.remediation ?? ""))}::text[], ${column((i) => storableJson(i.evidence))}::text[])
          as i (root_id, id, key, status, severity, title, remediation, evidence)
        on conflict (root_id, assessment_id, key) do update set status = excluded.status, severity = excluded.severity,
          severity_rank = excluded.severity_rank, title = excluded.title, remediation = excluded.remediation, evidence = excluded.evidence
         where (assessment_finding.status, assessment_finding.severity, assessment_finding.title, assessment_finding.remediation,
             assessment_finding.evidence)
           is distinct from (excluded.status, excluded.severity, excluded.title, excluded.remediation, excluded.evidence)`,
    executor,
  );
}
