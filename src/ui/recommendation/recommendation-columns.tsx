import Link from "next/link";
import { links } from "#domain/links.ts";
import { type RecommendationKind, recommendationUnits } from "#domain/recommendation.ts";
import type { RecommendationRow } from "#queries/assessment/recommendation-list.ts";
import { PostureBar } from "../marks/posture-bar.tsx";
import { Severity } from "../marks/severity.tsx";
import { DemoTag } from "../marks/tag.tsx";
import type { Column } from "../table/column.ts";
import { Figure } from "../text/figure.tsx";
import { formatNumber } from "../text/format-number.ts";
import { RelativeTime } from "../text/relative-time.tsx";
import { resourceFilterNames } from "./recommendation-params.ts";

// Rows of another shape (heads of areas) are drawn over the full width and never reach a cell.
type Cells = Column<RecommendationRow | { area: string; rules: number; unhealthy: number }>[];

/** Columns of the list; a number leads to the list of exactly the resources that it counts. */
export function recommendationColumns(readAt: string | undefined, params: Record<string, string>): Cells {
  const columns: Column<RecommendationRow>[] = [
    {
      key: "title",
      label: "Recommendation",
      sort: "title",
      phone: "lead",
      cell: (row) => <TitleCell row={row} params={params} />,
    },
    {
      key: "severity",
      label: "Severity",
      width: 116,
      sort: "priority",
      phone: "trail",
      cell: (row) => <Severity severity={row.severity} />,
    },
    {
      key: "unhealthy",
      label: "Unhealthy",
      width: 188,
      align: "right",
      sort: "unhealthy",
      phone: "line",
      cell: (row) => <UnhealthyCell row={row} params={params} />,
    },
    { key: "health", label: "Health", width: 132, leavesBelow: 860, cell: (row) => <HealthCell row={row} /> },
    { key: "owner", label: "Owner", width: 132, leavesBelow: 1200, cell: (row) => <OwnerCell owners={row.owners} /> },
    {
      key: "trend",
      label: "7 days",
      width: 84,
      align: "right",
      leavesBelow: 1040,
      cell: (row) => <TrendCell row={row} />,
    },
    {
      key: "newest",
      label: "Newest change",
      width: 116,
      align: "right",
      sort: "newest",
      leavesBelow: 1040,
      cell: (row) => <RelativeTime at={row.changedAt} {...(readAt ? { now: readAt } : {})} />,
    },
  ];
  return columns as Cells;
}

/** "Docker hosts", or "repositories and Docker hosts" where a rule is held against several kinds. */
export function unitOf(kinds: readonly RecommendationKind[], count: number): string {
  return kinds.map((kind) => recommendationUnits[kind][count === 1 && kinds.length === 1 ? 0 : 1]).join(" and ");
}

/** The address of one list of a recommendation, under the filters of the list it was opened from. */
export function resourcesHref(ruleId: string, status: string, params: Record<string, string>): string {
  const query = new URLSearchParams();
  for (const name of resourceFilterNames) {
    const value = params[name];
    if (value && name !== "q") query.set(name, value);
  }
  if (status !== "unhealthy") query.set("status", status);
  const text = query.toString();
  return `${links.recommendation(ruleId)}${text ? `?${text}` : ""}`;
}

function TitleCell({ row, params }: { row: RecommendationRow; params: Record<string, string> }) {
  return (
    <>
      <div className="bw-row-tight">
        <Link href={resourcesHref(row.ruleId, "unhealthy", params)} className="bw-name bw-cut" title={row.failedTitle}>
          {row.unhealthy > 0 ? row.failedTitle : row.title}
        </Link>
        {row.isDemo && <DemoTag />}
      </div>
      <div className="bw-sub bw-cut" title={row.title}>
        {row.unhealthy > 0 ? `Should be: ${row.title}` : row.area}
      </div>
    </>
  );
}

function UnhealthyCell({ row, params }: { row: RecommendationRow; params: Record<string, string> }) {
  const judged = row.unhealthy + row.healthy + row.unknown + row.manual;
  const asides = [
    row.unknown + row.manual > 0 ? `${formatNumber(row.unknown + row.manual)} not known` : null,
    row.exempt > 0 ? `${formatNumber(row.exempt)} exempt` : null,
  ].filter(Boolean);
  return (
    <>
      <div>
        <Figure
          value={row.unhealthy}
          href={resourcesHref(row.ruleId, "unhealthy", params)}
          name={`unhealthy ${unitOf(row.kinds, row.unhealthy)}: ${row.failedTitle}`}
        />{" "}
        <span className="bw-muted">
          of {formatNumber(judged)} {unitOf(row.kinds, judged)}
        </span>
      </div>
      <div className="bw-sub">{asides.join(", ")}</div>
    </>
  );
}

function HealthCell({ row }: { row: RecommendationRow }) {
  return (
    <PostureBar
      parts={{ unhealthy: row.unhealthy, healthy: row.healthy, unknown: row.unknown + row.manual }}
      height={6}
    />
  );
}

function OwnerCell({ owners }: { owners: string[] }) {
  const [first, ...others] = owners;
  if (!first) return <span className="bw-muted">No owner</span>;
  return (
    <>
      <div className="bw-cut" title={owners.join(", ")}>
        {first}
      </div>
      {others.length > 0 && <div className="bw-sub">and {formatNumber(others.length)} more</div>}
    </>
  );
}

function TrendCell({ row }: { row: RecommendationRow }) {
  if (row.unhealthyBefore === null)
    return (
      <span className="bw-muted" title="Nothing was kept a week ago">
        –
      </span>
    );
  const change = row.unhealthy - row.unhealthyBefore;
  if (change === 0) return <span className="bw-muted">same</span>;
  return (
    <span
      className="bw-medium"
      title={`${formatNumber(row.unhealthyBefore)} were unhealthy a week ago, ${formatNumber(row.unhealthy)} are now`}
    >
      {change > 0 ? `+${formatNumber(change)}` : formatNumber(change)}
    </span>
  );
}
