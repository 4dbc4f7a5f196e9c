import { csvLine } from "#domain/csv-cell.ts";
import type { Evidence } from "#domain/evidence.ts";
import { recommendationUnits } from "#domain/recommendation.ts";
import { requireRole } from "#domain/require-role.ts";
import type { Actor } from "#domain/role.ts";
import { type RecommendationResource, recommendationDetail } from "./recommendation-detail.ts";
import { type RecommendationRow, recommendationList } from "./recommendation-list.ts";

const head = [
  "rule",
  "resource kind",
  "resource",
  "in",
  "owner",
  "environment",
  "status",
  "severity",
  "reason",
  "items",
  "exempt items",
  "actual",
  "expected",
  "since",
  "assessed",
];

/** Every resource of one list of a recommendation as CSV, page after page and without a cap; the filters are the page's. */
export async function* recommendationCsv(actor: Actor, input: Record<string, unknown>): AsyncGenerator<string> {
  requireRole(actor, "viewer");
  yield `\uFEFF${csvLine(head)}`;
  let cursor: string | null = null;
  do {
    const page = await recommendationDetail(actor, { ...input, cursor: cursor ?? undefined });
    yield page.resources.map((resource) => line(page.rule.id, resource)).join("");
    cursor = page.nextCursor;
  } while (cursor);
}

function line(ruleId: string, resource: RecommendationResource): string {
  const readings = resource.items.length > 0 ? resource.items.flatMap((item) => item.evidence) : resource.evidence;
  return csvLine([
    ruleId,
    resource.resourceKind,
    resource.name,
    resource.rootName,
    resource.owner ?? "",
    resource.environment ?? "",
    resource.status,
    resource.severity,
    resource.reason ?? "",
    resource.findingCount,
    resource.exemptCount,
    settings(readings, "actual"),
    settings(readings, "expected"),
    resource.statusSince,
    resource.assessedAt,
  ]);
}

function settings(evidence: readonly Evidence[], side: "actual" | "expected"): string {
  return evidence
    .flatMap((entry) =>
      entry.kind === "setting" ? [`${entry.item ? `${entry.item} ` : ""}${entry.path}: ${entry[side]}`] : [],
    )
    .join("\n");
}

const listHead = [
  "rule",
  "area",
  "recommendation",
  "should be",
  "severity",
  "counts",
  "unhealthy",
  "healthy",
  "unknown",
  "by hand",
  "exempt",
  "not applicable",
  "owners",
  "unhealthy a week ago",
  "newest change",
];

/** The list of recommendations as CSV, page after page; filters, view and sort are the page's. */
export async function* recommendationListCsv(actor: Actor, input: Record<string, unknown>): AsyncGenerator<string> {
  requireRole(actor, "viewer");
  yield `\uFEFF${csvLine(listHead)}`;
  let cursor: string | null = null;
  do {
    const page = await recommendationList(actor, { ...input, cursor: cursor ?? undefined });
    yield page.rows.map(listLine).join("");
    cursor = page.nextCursor;
  } while (cursor);
}

function listLine(row: RecommendationRow): string {
  return csvLine([
    row.ruleId,
    row.area,
    row.failedTitle,
    row.title,
    row.severity,
    row.kinds.map((kind) => recommendationUnits[kind][1]).join(" and "),
    row.unhealthy,
    row.healthy,
    row.unknown,
    row.manual,
    row.exempt,
    row.notApplicable,
    row.owners.join(", "),
    row.unhealthyBefore ?? "",
    row.changedAt ?? "",
  ]);
}
