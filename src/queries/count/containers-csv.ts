import { requireRole } from "#domain/require-role.ts";
import type { Actor } from "#domain/role.ts";
import { listCsv } from "#queries/list/list-csv.ts";
import { ContainersParams, containersOverview, type ResourceRow } from "./containers-overview.ts";

const head = [
  "name",
  "kind",
  "detail",
  "environment",
  "owner",
  "posture",
  "critical",
  "high",
  "medium",
  "low",
  "not rated",
  "worst",
  "contents",
  "contents unit",
  "last data",
  "state",
  "reason",
  "demo",
];

/** The resources under the filters of the Containers tab as CSV. */
export function containersCsv(actor: Actor, input: unknown): Promise<string[]> {
  requireRole(actor, "viewer");
  const params = ContainersParams.parse(input);
  return listCsv<ResourceRow>({
    head,
    cells: (row) => [
      row.name,
      row.kind,
      row.detail,
      row.environment,
      row.owner,
      row.posture,
      row.critical,
      row.high,
      row.medium,
      row.low,
      row.unrated,
      worstOf(row),
      row.contentsCount,
      row.contentsUnit,
      row.lastDataAt,
      row.signal,
      row.stateReason,
      row.isDemo,
    ],
    readPage: (cursor) => containersOverview(actor, ContainersParams.parse({ ...params, cursor })),
  });
}

function worstOf({ worst }: ResourceRow): string | null {
  if (worst === null) return null;
  return "kind" in worst ? worst.title : `${worst.vulnerabilityKey} in ${worst.packageName}`;
}
