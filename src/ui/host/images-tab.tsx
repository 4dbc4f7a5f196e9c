"use client";
import Link from "next/link";
import { links } from "#domain/links.ts";
import type { HostDetail } from "#queries/host/host-detail.ts";
import type { HostImageRow } from "#queries/host/host-images.ts";
import { useView } from "../data/use-view.ts";
import { Health } from "../marks/health.tsx";
import { SeverityCounts } from "../marks/severity-counts.tsx";
import { EmptyState } from "../state/empty-state.tsx";
import type { Column } from "../table/column.ts";
import { DataTable } from "../table/data-table.tsx";
import { tableState } from "../table/table-state.ts";
import { formatBytes, plural } from "../text/format-number.ts";
import { RelativeTime } from "../text/relative-time.tsx";
import styles from "./host.module.css";

/** More are not listed by the query. */
const LIMIT = 500;

/** Images on the host: in use or not, their size, and what our scans know of them. */
export function ImagesTab({ host }: { host: HostDetail }) {
  const view = useView<{ rows: HostImageRow[] }>({ view: `hosts/${host.id}/images` }, { topics: [`host:${host.id}`] });
  const rows = view.data?.rows;
  return (
    <>
      <p className={styles.scope}>
        Findings are known for images that a connected registry holds. Those in use come first
        {rows?.length === LIMIT ? `; the first ${LIMIT} are listed.` : "."}
      </p>
      <DataTable
        label="Images"
        noun="images"
        rows="detail"
        columns={columns}
        state={tableState(view, rows, false)}
        rowKey={(row) => row.imageId}
        rowHref={(row) => (row.scannedDigest ? links.image(row.scannedDigest) : undefined)}
        isMuted={(row) => !row.isUsed}
        empty={
          <EmptyState title="No images">
            {host.lastReportAt === null
              ? "The first report of the agent lists them."
              : "The last report of the agent found none on this host."}
          </EmptyState>
        }
      />
    </>
  );
}

const columns: Column<HostImageRow>[] = [
  {
    key: "name",
    label: "Image",
    phone: "lead",
    cell: (row) => (
      <div className="bw-cut" title={[row.name, ...row.tags].join("\n")}>
        {row.scannedDigest ? (
          <Link href={links.image(row.scannedDigest)} className="bw-name">
            {row.name}
          </Link>
        ) : (
          <span className="bw-name">{row.name}</span>
        )}
        {row.tags.length > 1 && <span className="bw-muted"> and {plural(row.tags.length - 1, "more tag")}</span>}
        {row.tags.length === 0 && row.scannedDigest === null && <span className="bw-muted"> without a tag</span>}
      </div>
    ),
  },
  {
    key: "used",
    label: "Used",
    width: 110,
    phone: "trail",
    cell: (row) => <span className={row.isUsed ? undefined : "bw-muted"}>{row.isUsed ? "In use" : "Not in use"}</span>,
  },
  { key: "findings", label: "Findings", width: 220, phone: "line", cell: (row) => <Findings row={row} /> },
  {
    key: "size",
    label: "Size",
    width: 92,
    align: "right",
    leavesBelow: 860,
    cell: (row) => formatBytes(row.sizeBytes),
  },
  {
    key: "created",
    label: "Created",
    width: 92,
    align: "right",
    leavesBelow: 1040,
    cell: (row) => <RelativeTime at={row.createdAt} />,
  },
];

function Findings({ row }: { row: HostImageRow }) {
  if (row.scannedDigest === null)
    return (
      <>
        <span className="bw-muted">Not scanned</span>
        <div className="bw-sub bw-cut">
          {registryOf(row) === null ? (
            "Built here, no registry holds it"
          ) : (
            <Link href={`/connect/registry?url=${encodeURIComponent(registryOf(row) ?? "")}`}>
              Connect {registryOf(row)} to scan it
            </Link>
          )}
        </div>
      </>
    );
  const counts = {
    critical: row.critical ?? 0,
    high: row.high ?? 0,
    medium: row.medium ?? 0,
    low: row.low ?? 0,
    unrated: row.unrated ?? 0,
  };
  const rated = counts.critical + counts.high + counts.medium + counts.low;
  if (rated + counts.unrated > 0) return <SeverityCounts counts={counts} spread={rated > 0 ? "slots" : "inline"} />;
  // No finding is healthy only when all of the image could be judged.
  return <Health health={row.posture ?? "unknown"} />;
}

/** Host of the registry that a tag names; null when there is no tag. Names without one are Docker Hub's. */
function registryOf({ tags }: HostImageRow): string | null {
  const [tag] = tags;
  if (!tag) return null;
  const [first = ""] = tag.split("/");
  return tag.includes("/") && /[.:]|^localhost$/.test(first) ? first : "registry-1.docker.io";
}
