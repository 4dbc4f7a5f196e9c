import type { RootKind } from "#domain/resource.ts";
import { rootTopic } from "#domain/topic.ts";
import { type Save, type SubjectAssessments, saveAssessments } from "#store/assessment/assessment.ts";
import type { AssessmentChange } from "#store/assessment/track-changes.ts";
import { recordChange } from "#store/change.ts";
import { addNotices } from "#store/notice/notice.ts";
import { saveSummaries } from "#store/resource-summary.ts";
import type { Transaction } from "#store/transaction.ts";
import { noticesOfChanges } from "./assessment-notices.ts";

export interface JudgedRoot {
  id: string;
  kind: RootKind;
  name: string;
  isDemo: boolean;
}

/**
 * The tail that assessing any kind of root ends with, in the caller's transaction: verdicts with their history, the row of the
 * Containers list, one notice about what turned unhealthy, and the topics that live pages follow. A kind loads, judges and
 * saves its contents before it. Returns what changed. Doing it again with the same verdicts changes nothing.
 */
export async function assessRoot(
  tx: Transaction,
  root: JudgedRoot,
  { judged, save }: { judged: readonly SubjectAssessments[]; save: Save & { causeRef: string } },
): Promise<AssessmentChange[]> {
  const changes = await saveAssessments(tx, judged, save);
  await saveSummaries(tx, root.kind, [root.id]);
  await addNotices(tx, await noticesOfChanges(tx, root, { changes, causeRef: save.causeRef }));
  await recordChange(tx, rootTopic(root.kind, root.id), "containers");
  return changes;
}
