"use client";
import Link from "next/link";
import { useCallback } from "react";
import { links } from "#domain/links.ts";
import { unassessedCause, unassessedReason } from "#domain/unassessed.ts";
import type { RegistryDetail } from "#queries/registry/registry-detail.ts";
import type { RegistryImageRow, RegistryImages } from "#queries/registry/registry-images.ts";
import { useUrlState } from "../data/use-url-state.ts";
import { currentPage, useListView } from "../data/use-view.ts";
import { Health } from "../marks/health.tsx";
import { severityWords } from "../marks/severity.tsx";
import { SeverityCounts } from "../marks/severity-counts.tsx";
import { Signal } from "../marks/signal.tsx";
import { Kev } from "../marks/tag.tsx";
import { OwnerFilter } from "../owner/owner-filter.tsx";
import { ChoiceFilter, FilterBar, TextFilter } from "../page/filter-bar.tsx";
import { Views } from "../page/views.tsx";
import { EmptyState } from "../state/empty-state.tsx";
import { FilteredEmpty } from "../state/filtered-empty.tsx";
import type { Column } from "../table/column.ts";
import { DataTable } from "../table/data-table.tsx";
import { tableState } from "../table/table-state.ts";
import { DigestText } from "../text/digest-text.tsx";
import { formatBounded, formatBytes, formatNumber } from "../text/format-number.ts";
import { RelativeTime } from "../text/relative-time.tsx";

const postures = [
  { value: undefined, label: "All", count: "all" },
  { value: "unhealthy", label: "Unhealthy", count: "unhealthy" },
  { value: "healthy", label: "Healthy", count: "healthy" },
  { value: "unknown", label: "Not assessed", count: "unknown" },
] as const;
const scans = [
  { value: "queued", label: "Waiting" },
  { value: "scanning", label: "Running" },
  { value: "failed", label: "Failed" },
];

const runs = [
  { value: "yes", label: "On a connected host" },
  { value: "no", label: "On none" },
];

const severities = (["critical", "high", "medium", "low"] as const).map((value) => ({
  value,
  label: `With ${severityWords[value].toLowerCase()}`,
}));

/** Every image that still has a place in the registry: the rows behind its image counts. */
export function ImagesTab({ registry }: { registry: RegistryDetail }) {
  const url = useUrlState();
  const { tab: _, ...params } = url.params;
  const list = useListView<RegistryImages>(
    { view: `registries/${registry.id}/images`, params },
    { topics: [`registry:${registry.id}`, "containers"] },
  );
  const first = list.data?.pages[0];
  const current = currentPage(list);
  const rows = list.data?.pages.flatMap((page) => page.rows);
  const { set } = url;
  const setText = useCallback((q: string) => set({ q }), [set]);
  const filters = ["q", "posture", "scan", "owner", "running"].filter((name) => url.get(name)).length;
  return (
    <>
      <Views
        label="Images"
        views={postures.map((posture) => ({
          label: posture.label,
          href: url.href({ posture: posture.value }),
          isCurrent: url.get("posture") === posture.value,
          count: first?.views[posture.count],
        }))}
      />
      <FilterBar
        tools={
          current && (
            <span role="status">
              {formatBounded(current.matching)} {current.matching === 1 ? "image" : "images"}
            </span>
          )
        }
      >
        <TextFilter label="Filter by repository" value={url.get("q") ?? ""} onChange={setText} />
        <ChoiceFilter
          label="Severity"
          choices={severities}
          value={url.get("severity")}
          onChange={(severity) => set({ severity })}
        />
        <ChoiceFilter label="Scan" choices={scans} value={url.get("scan")} onChange={(scan) => set({ scan })} />
        <ChoiceFilter label="Runs" choices={runs} value={url.get("running")} onChange={(running) => set({ running })} />
        <OwnerFilter value={url.get("owner")} onChange={(owner) => set({ owner })} />
      </FilterBar>
      <DataTable
        label="Images"
        noun="images"
        columns={columnsOf(registry)}
        state={tableState(list, rows, filters > 0)}
        rowKey={(row) => row.digest}
        rowHref={(row) => hrefOf(registry, row)}
        sort={{
          current: url.get("sort") ?? "risk",
          direction: "descending",
          onSort: (sort) => set({ sort: sort === "risk" || sort === url.get("sort") ? undefined : sort }),
        }}
        empty={<EmptyState title="No images yet">Images appear here as they are found.</EmptyState>}
        filteredEmpty={
          <FilteredEmpty
            noun={["image", "images"]}
            filters={filters}
            hidden={first?.views.all ?? null}
            clear={() =>
              set({ q: undefined, posture: undefined, scan: undefined, owner: undefined, running: undefined })
            }
          />
        }
      />
    </>
  );
}

function hrefOf(registry: RegistryDetail, row: RegistryImageRow): string {
  return links.image(row.digest, { registryId: registry.id, repository: row.repository });
}

function columnsOf(registry: RegistryDetail): Column<RegistryImageRow>[] {
  return [
    {
      key: "name",
      label: "Image",
      phone: "lead",
      cell: (row) => (
        <>
          <div className="bw-row">
            <Link href={hrefOf(registry, row)} className="bw-name bw-cut" title={nameOf(row)}>
              {nameOf(row)}
            </Link>
            {row.kev > 0 && <Kev />}
          </div>
          <div className="bw-sub bw-cut">
            {row.platform}
            {row.places > 1 && ` · in ${formatNumber(row.places)} repositories`}
            {row.tags.length > 1 && ` · also ${row.tags.slice(1).join(", ")}`}
          </div>
        </>
      ),
    },
    {
      key: "digest",
      label: "Digest",
      width: 148,
      leavesBelow: 1040,
      cell: (row) => <DigestText digest={row.digest} />,
    },
    {
      key: "findings",
      label: "Open vulnerabilities",
      sort: "risk",
      width: 200,
      phone: "line",
      cell: (row) => <Posture row={row} />,
    },
    {
      key: "fixable",
      label: "Fixable",
      sort: "fixable",
      width: 84,
      align: "right",
      leavesBelow: 1200,
      cell: (row) => <span className={row.fixable === 0 ? "bw-muted" : undefined}>{formatNumber(row.fixable)}</span>,
    },
    {
      key: "size",
      label: "Size",
      width: 84,
      align: "right",
      leavesBelow: 1200,
      cell: (row) => formatBytes(Number(row.sizeBytes)),
    },
    {
      key: "push",
      label: "Pushed",
      width: 88,
      align: "right",
      leavesBelow: 860,
      cell: (row) => <RelativeTime at={row.lastPushedAt} />,
    },
    { key: "scan", label: "Scan", width: 132, phone: "trail", cell: (row) => <ScanState row={row} /> },
  ];
}

function nameOf(row: RegistryImageRow): string {
  return row.tags[0] ? `${row.repository}:${row.tags[0]}` : row.repository;
}

function Posture({ row }: { row: RegistryImageRow }) {
  if (row.critical + row.high + row.medium + row.low + row.unrated > 0) {
    return (
      <SeverityCounts
        counts={row}
        spread={row.unrated > 0 && row.critical + row.high + row.medium + row.low === 0 ? "inline" : "slots"}
      />
    );
  }
  if (row.posture === "healthy") return <Health health="healthy" />;
  const reason = reasonOf(row);
  return (
    <>
      <Health health="unknown" />
      {reason && (
        <div className="bw-sub bw-cut" title={reason}>
          {reason}
        </div>
      )}
    </>
  );
}

/** Why nothing is known of it, in the words of every page. */
/** One image has one reason wherever it is seen; what the scan itself said follows it. */
function reasonOf(row: RegistryImageRow): string {
  const reason = unassessedReason(unassessedCause(row), row.withoutFeed);
  return row.scanReason === null ? reason : `${reason}. ${row.scanReason}`;
}

function ScanState({ row }: { row: RegistryImageRow }) {
  if (row.scanState === "queued") return <Signal signal="waiting" />;
  if (row.scanState === "scanning") return <span className="bw-second">Scanning</span>;
  if (row.scanState === "failed") {
    return (
      <Signal signal="noRight" title={row.scanReason ?? "The scan failed"}>
        Failed
      </Signal>
    );
  }
  return (
    <span className="bw-muted">
      {row.scannedAt ? (
        <>
          Scanned <RelativeTime at={row.scannedAt} />
        </>
      ) : (
        "Not scanned"
      )}
    </span>
  );
}
