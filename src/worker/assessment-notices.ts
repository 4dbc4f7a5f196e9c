import { z } from "zod";
import { links } from "#domain/links.ts";
import type { RootKind } from "#domain/resource.ts";
import { compareSeverity } from "#domain/severity.ts";
import { worstOpenItems } from "#store/assessment/assessment.ts";
import type { AssessmentChange } from "#store/assessment/track-changes.ts";
import type { NewNotice } from "#store/notice/notice.ts";
import { selectRows, sql } from "#store/sql.ts";
import type { Transaction } from "#store/transaction.ts";

/** A notice about several rules names so many of them. */
const NAMED = 3;

export interface NoticedRoot {
  id: string;
  kind: RootKind;
  name: string;
  isDemo: boolean;
}

/**
 * The notice about what turned unhealthy on a root: one for everything that one cause changed. The first look at a resource is
 * no news, nor is evidence that comes back after a while and says what it said before.
 */
export async function noticesOfChanges(
  tx: Transaction,
  root: NoticedRoot,
  { changes, causeRef }: { changes: readonly AssessmentChange[]; causeRef: string },
): Promise<NewNotice[]> {
  const broken = changes
    .filter(({ to, lastKnown }) => to === "unhealthy" && lastKnown !== null && lastKnown !== "unhealthy")
    .sort((a, b) => compareSeverity(a.severity, b.severity) || (a.ruleId < b.ruleId ? -1 : 1));
  const [worst] = broken;
  if (!worst) return [];
  const titles = await titlesOf(tx, broken);
  const common = { rootId: root.id, kind: "control-failed" as const, severity: worst.severity, isDemo: root.isDemo };
  if (broken.length > 1)
    return [
      {
        ...common,
        dedupeKey: `controls/${causeRef}`,
        title: `${broken.length} controls are no longer met on ${root.name}`,
        detail: sentenceOf(broken.map(({ ruleId }) => titles.get(ruleId) ?? ruleId)),
        href: links.unhealthy(root.kind, root.id),
        count: broken.length,
      },
    ];
  const item = (await worstOpenItems(tx, broken)).get(`${worst.rootId}|${worst.ruleId}|${worst.resourceId}`);
  return [
    {
      ...common,
      dedupeKey: `control/${worst.ruleId}`,
      title: `${titles.get(worst.ruleId) ?? worst.ruleId} on ${root.name}`,
      detail: item ? `${item} breaks it since the last report.` : "It was met before the last report.",
      href: links.verdict(root.kind, root.id, worst.ruleId),
      count: 1,
    },
  ];
}

/** What each rule calls the state that fails it. */
async function titlesOf(tx: Transaction, changes: readonly AssessmentChange[]): Promise<Map<string, string>> {
  const rows = await selectRows(
    z.object({ id: z.string(), title: z.string() }),
    sql`select id, coalesce(nullif(failed_title, ''), title) as title from rule where id = any(${changes.map(({ ruleId }) => ruleId)}::text[])`,
    tx,
  );
  return new Map(rows.map(({ id, title }) => [id, title]));
}

/** `A; B; C and 4 more`, the worst first. */
function sentenceOf(titles: readonly string[]): string {
  const named = titles.slice(0, NAMED).join("; ");
  return titles.length > NAMED ? `${named} and ${titles.length - NAMED} more.` : `${named}.`;
}
