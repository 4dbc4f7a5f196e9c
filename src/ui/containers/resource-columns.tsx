import Link from "next/link";
import { links } from "#domain/links.ts";
import type { ResourceRow } from "#queries/count/containers-overview.ts";
import { Icon } from "../icon.tsx";
import { Health } from "../marks/health.tsx";
import { PostureBar, type PostureParts } from "../marks/posture-bar.tsx";
import { severityWords } from "../marks/severity.tsx";
import { SeverityCounts } from "../marks/severity-counts.tsx";
import { SeverityShape } from "../marks/severity-shape.tsx";
import { DemoTag } from "../marks/tag.tsx";
import type { Column } from "../table/column.ts";
import { formatNumber, plural } from "../text/format-number.ts";
import { RelativeTime } from "../text/relative-time.tsx";
import { ConnectionState } from "./connection-state.tsx";
import styles from "./containers.module.css";
import { kinds, resourceHref } from "./kind.ts";

/** What a figure of a row counts: controls of a Docker VM, images of a registry. */
const unitOf = (row: ResourceRow) => kinds[row.kind].unit;
const unhealthyHref = (row: ResourceRow) => links.unhealthy(row.kind, row.rootId);
const isManaged = (row: ResourceRow) => row.notApplicable > 0 && row.healthy + row.unhealthy + row.unknown === 0;

export const resourceColumns: Column<ResourceRow>[] = [
  { key: "name", label: "Resource", width: 200, sort: "name", phone: "lead", cell: (row) => <NameCell row={row} /> },
  { key: "owner", label: "Owner", width: 108, leavesBelow: 1200, cell: (row) => <OwnerCell row={row} /> },
  {
    key: "posture",
    label: "Posture",
    width: 188,
    sort: "risk",
    phone: "line",
    cell: (row) => <PostureCell row={row} />,
  },
  {
    key: "unhealthy",
    label: "Unhealthy",
    width: 92,
    align: "right",
    leavesBelow: 860,
    cell: (row) => <UnhealthyCell row={row} />,
  },
  { key: "worst", label: "Worst finding", phone: "line", cell: (row) => <WorstCell row={row} /> },
  {
    key: "contents",
    label: "Contents",
    width: 118,
    align: "right",
    leavesBelow: 1200,
    cell: (row) => <ContentsCell row={row} />,
  },
  {
    key: "lastData",
    label: "Last data",
    width: 84,
    align: "right",
    sort: "lastData",
    leavesBelow: 1040,
    cell: (row) => <LastDataCell row={row} />,
  },
  { key: "state", label: "State", width: 152, phone: "trail", cell: (row) => <StateCell row={row} /> },
];

function NameCell({ row }: { row: ResourceRow }) {
  return (
    <div className={styles.name}>
      <span className={styles.kind}>
        <Icon name={kinds[row.kind].icon} />
      </span>
      <div className="bw-cut">
        <div className="bw-row-tight">
          <Link href={resourceHref(row)} className="bw-name bw-cut" title={row.name}>
            {row.name}
          </Link>
          {row.isDemo && <DemoTag />}
        </div>
        <div className="bw-sub bw-cut" title={row.detail}>
          {kinds[row.kind].detail(row)}
        </div>
      </div>
    </div>
  );
}

function OwnerCell({ row }: { row: ResourceRow }) {
  return (
    <>
      <div className={`bw-cut ${styles.line} ${row.owner ? "" : "bw-muted"}`}>{row.owner ?? "No owner"}</div>
      <div className="bw-sub bw-cut">{row.environment ?? "No environment"}</div>
    </>
  );
}

function PostureCell({ row }: { row: ResourceRow }) {
  return (
    <div className={styles.posture}>
      <span>
        {row.posture === "unhealthy" ? (
          <SeverityCounts counts={row} />
        ) : (
          <Health health={isManaged(row) ? "notApplicable" : row.posture} />
        )}
      </span>
      {!isManaged(row) && <PostureBar parts={barParts(row)} />}
    </div>
  );
}

/**
 * The bar counts images: those that are unhealthy take the colours of their findings in proportion, then healthy, then
 * unknown. Nothing known yet is one hatched bar.
 */
export function barParts(row: ResourceRow): PostureParts {
  if (row.unhealthy + row.healthy + row.unknown === 0) return { unknown: 1 };
  const findings = row.critical + row.high + row.medium + row.low;
  const share = (count: number) => (findings === 0 ? 0 : (row.unhealthy * count) / findings);
  return {
    critical: share(row.critical),
    high: share(row.high),
    medium: share(row.medium),
    low: share(row.low),
    unhealthy: findings === 0 ? row.unhealthy : 0,
    healthy: row.healthy,
    unknown: row.unknown,
  };
}

function UnhealthyCell({ row }: { row: ResourceRow }) {
  const total = row.unhealthy + row.healthy + row.unknown;
  const isKnown = row.unhealthy + row.healthy > 0;
  return (
    <>
      {!isKnown ? (
        <span className="bw-muted">–</span>
      ) : row.unhealthy === 0 ? (
        <span className="bw-muted">0</span>
      ) : (
        <Link href={unhealthyHref(row)} className="bw-medium">
          {formatNumber(row.unhealthy)}
          <span className="bw-hidden">
            {" "}
            unhealthy {unitOf(row)}s in {row.name}
          </span>
        </Link>
      )}{" "}
      {total > 0 && <span className="bw-muted bw-small">of {formatNumber(total)}</span>}
    </>
  );
}

function WorstCell({ row }: { row: ResourceRow }) {
  const { worst } = row;
  if (!worst) {
    const [title, detail] = withoutWorst(row);
    return (
      <div className={styles.worst} style={{ paddingLeft: 20 }}>
        <div>
          <div className={`bw-second bw-cut ${styles.line}`}>{title}</div>
          <div className="bw-sub bw-cut" title={detail}>
            {detail}
          </div>
        </div>
      </div>
    );
  }
  const { severity } = worst;
  const [title, detail] =
    "kind" in worst
      ? [worst.title, worst.item ? ` · ${worst.item}` : ""]
      : [
          `${worst.vulnerabilityKey} in ${worst.packageName}`,
          ` · ${plural(worst.images, "image")}${worst.kev ? " · KEV" : ""}`,
        ];
  return (
    <div className={styles.worst} data-shape>
      <SeverityShape severity={severity} />
      <div>
        <div className={`bw-cut ${styles.line}`} title={title}>
          {title}
        </div>
        <div className="bw-sub bw-cut" title={"kind" in worst ? (worst.item ?? undefined) : undefined}>
          <span className="bw-medium bw-second" data-critical={severity === "critical" || undefined}>
            {severityWords[severity]}
          </span>
          {detail}
        </div>
      </div>
    </div>
  );
}

function withoutWorst(row: ResourceRow): [title: string, detail: string] {
  const unit = unitOf(row);
  if (isManaged(row)) return ["Not applicable", "Managed by a cloud service, which answers for its configuration"];
  if (row.posture === "healthy") return ["Nothing open", `${plural(row.healthy, unit)} assessed`];
  const { empty } = kinds[row.kind];
  if (empty && row.contentsCount === 0 && row.signal === "connected") return empty;
  if (row.healthy > 0) return ["Nothing open in what is known", `${plural(row.unknown, unit)} not assessed`];
  return [
    "Not known",
    row.stateReason ?? (row.unknown > 0 ? `${plural(row.unknown, unit)} not assessed` : "Waiting for first data"),
  ];
}

function ContentsCell({ row }: { row: ResourceRow }) {
  if (row.contentsCount === 0 && row.signal !== "connected") {
    return (
      <span className="bw-muted">
        –<span className="bw-unit" />
      </span>
    );
  }
  return (
    <>
      {formatNumber(row.contentsCount)}
      <span className="bw-unit">{row.contentsUnit}</span>
    </>
  );
}

const quietSignals = new Set(["connected", "degraded", "paused", "stale"]);

function LastDataCell({ row }: { row: ResourceRow }) {
  const isQuiet = quietSignals.has(row.signal) || row.lastDataAt === null;
  return (
    <span className={isQuiet ? "bw-second" : "bw-signal bw-medium"}>
      <RelativeTime at={row.lastDataAt} />
    </span>
  );
}

function StateCell({ row }: { row: ResourceRow }) {
  return (
    <>
      <ConnectionState row={row} />
      <span className={`bw-sub ${styles.joins}`}>
        <RelativeTime at={row.lastDataAt} />
      </span>
    </>
  );
}
