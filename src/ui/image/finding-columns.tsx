import type { ImageFinding } from "#queries/image/image-findings.ts";
import type { UrlState } from "../data/use-url-state.ts";
import { Health } from "../marks/health.tsx";
import { Severity } from "../marks/severity.tsx";
import { Kev } from "../marks/tag.tsx";
import type { Column } from "../table/column.ts";
import { formatShare } from "../text/format-number.ts";
import { RelativeTime } from "../text/relative-time.tsx";
import type { FindingListRow } from "./finding-list-row.ts";
import { MoreFindings } from "./finding-rows.tsx";
import styles from "./image.module.css";

/** Columns of the grouped finding list. Group heads and "more" rows run over all of them. */
export function findingColumns(
  by: "package" | "vulnerability",
  readAt: string,
  url: UrlState,
): Column<FindingListRow>[] {
  const cell = (draw: (finding: ImageFinding) => React.ReactNode) => (row: FindingListRow) =>
    row.kind === "finding" ? draw(row.finding) : null;
  return [
    {
      key: "severity",
      label: "Severity",
      width: 126,
      phone: "lead",
      cell: cell((finding) => (
        <span className={styles.indent}>
          <Severity severity={finding.severity} />
        </span>
      )),
    },
    {
      key: "name",
      label: by === "package" ? "Package and advisory" : "Vulnerability and package",
      phone: "line",
      cell: (row) => {
        if (row.kind === "finding")
          return <Name finding={row.finding} by={by} url={url} hasSeveral={row.group.names.length > 1} />;
        return row.kind === "more" ? <MoreFindings group={row.group} hidden={row.hidden} by={by} /> : null;
      },
    },
    {
      key: "epss",
      label: "EPSS",
      width: 78,
      align: "right",
      leavesBelow: 860,
      cell: cell((finding) => formatShare(finding.epss, 1)),
    },
    {
      key: "kev",
      label: "KEV",
      width: 62,
      phone: "trail",
      cell: cell((finding) => (finding.kev ? <Kev /> : <span className="bw-muted">–</span>)),
    },
    {
      key: "seen",
      label: "First seen",
      width: 88,
      align: "right",
      leavesBelow: 1040,
      cell: cell((finding) => <RelativeTime at={finding.firstSeenAt} now={readAt} />),
    },
    {
      key: "status",
      label: "Status",
      width: 118,
      phone: "line",
      cell: cell((finding) => <Status finding={finding} />),
    },
  ];
}

interface NameProps {
  finding: ImageFinding;
  by: "package" | "vulnerability";
  url: UrlState;
  /** The group holds several packages, so each row names its own. */
  hasSeveral: boolean;
}

function Name({ finding, by, url, hasSeveral }: NameProps) {
  const open = () => url.set({ cve: finding.key, pkg: finding.packageVersionId });
  return (
    <span className="bw-row">
      <button type="button" className="bw-link-button bw-nowrap" onClick={open} aria-haspopup="dialog">
        {by === "package" ? finding.key : finding.packageName}
      </button>
      {by === "package" && hasSeveral && (
        <span className="bw-mono bw-small bw-muted bw-nowrap">{finding.packageName}</span>
      )}
      {by === "package" ? (
        <span className="bw-second bw-cut" title={finding.title}>
          {finding.title === finding.key ? "" : finding.title}
        </span>
      ) : (
        <span
          className="bw-mono bw-small bw-muted bw-cut"
          title={`${finding.version} → ${finding.fixedVersion ?? "no fix yet"}`}
        >
          {finding.version} → {finding.fixedVersion ?? "no fix yet"}
        </span>
      )}
    </span>
  );
}

/** What stands against a finding: exempt or hidden with the reason, else whether a fix exists. */
function Status({ finding }: { finding: ImageFinding }) {
  if (finding.state === "exempt") return <Health health="exempt" />;
  if (finding.state === "hidden") {
    return (
      <span className="bw-muted" title={finding.hiddenReason ?? ""}>
        Hidden: {finding.hiddenReason}
      </span>
    );
  }
  if (finding.fixedVersion) return <>Open</>;
  return (
    <span className="bw-muted" title={finding.vendorStatus ?? ""}>
      {statusWords[finding.matchStatus] ?? "No fix yet"}
    </span>
  );
}

/** The words people read for what the vendor says of a flaw without a fix. */
export const statusWords: Record<string, string> = {
  fixed: "Fix available",
  affected: "No fix yet",
  willNotFix: "Will not be fixed",
  deferred: "Fix deferred",
  endOfLife: "End of life",
  underReview: "Under review",
};
