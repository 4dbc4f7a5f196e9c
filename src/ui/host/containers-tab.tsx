"use client";
import Link from "next/link";
import { useCallback } from "react";
import { links } from "#domain/links.ts";
import type { HostContainerRow, HostContainers } from "#queries/host/host-containers.ts";
import type { HostDetail } from "#queries/host/host-detail.ts";
import { useUrlState } from "../data/use-url-state.ts";
import { useListView } from "../data/use-view.ts";
import { SeverityCounts } from "../marks/severity-counts.tsx";
import { Tag } from "../marks/tag.tsx";
import { FilterBar, TextFilter } from "../page/filter-bar.tsx";
import { Views } from "../page/views.tsx";
import { EmptyState } from "../state/empty-state.tsx";
import { FilteredEmpty } from "../state/filtered-empty.tsx";
import type { Column } from "../table/column.ts";
import { DataTable } from "../table/data-table.tsx";
import { tableState } from "../table/table-state.ts";
import { formatNumber } from "../text/format-number.ts";
import { RelativeTime } from "../text/relative-time.tsx";
import { containersView } from "./host-params.ts";
import { stateWords } from "./host-words.ts";

const states = [
  { value: undefined, label: "All" },
  { value: "running", label: "Running" },
  { value: "paused", label: "Paused" },
  { value: "stopped", label: "Stopped" },
  { value: "gone", label: "Gone" },
] as const;

/** Containers of the host, those that break most controls first. */
export function ContainersTab({ host }: { host: HostDetail }) {
  const url = useUrlState();
  const list = useListView<HostContainers>(containersView(host.id, url.params), { topics: [`host:${host.id}`] });
  const rows = list.data?.pages.flatMap((page) => page.rows);
  const { set } = url;
  const setText = useCallback((q: string) => set({ q }), [set]);
  const filters = ["q", "state"].filter((name) => url.get(name)).length;
  return (
    <>
      <Views
        label="Containers"
        views={states.map((state) => ({
          label: state.label,
          href: url.href({ state: state.value }),
          isCurrent: url.get("state") === state.value,
        }))}
      />
      <FilterBar>
        <TextFilter label="Filter by name, image or id" value={url.get("q") ?? ""} onChange={setText} />
      </FilterBar>
      <DataTable
        label="Containers"
        noun="containers"
        rows="detail"
        columns={columnsOf(host)}
        state={tableState(list, rows, filters > 0)}
        rowKey={(row) => row.containerId}
        rowHref={(row) => links.hostContainer(host.id, row.containerId)}
        isMuted={(row) => row.goneAt !== null}
        empty={
          <EmptyState title="No containers">
            {host.lastReportAt === null
              ? "The first report of the agent lists them."
              : "The last report of the agent found none on this host."}
          </EmptyState>
        }
        filteredEmpty={
          <FilteredEmpty
            noun={["container", "containers"]}
            filters={filters}
            hidden={null}
            clear={() => set({ q: undefined, state: undefined })}
          />
        }
      />
    </>
  );
}

function columnsOf(host: HostDetail): Column<HostContainerRow>[] {
  return [
    {
      key: "name",
      label: "Container",
      width: 260,
      phone: "lead",
      cell: (row) => (
        <div className="bw-row-tight">
          <Link href={links.hostContainer(host.id, row.containerId)} className="bw-name bw-cut" title={row.name}>
            {row.name}
          </Link>
          {row.privileged && <Tag tone="ink">Privileged</Tag>}
        </div>
      ),
    },
    { key: "image", label: "Image", phone: "line", cell: (row) => <ImageCell row={row} /> },
    {
      key: "findings",
      label: "Image findings",
      width: 140,
      leavesBelow: 1040,
      cell: (row) => <FindingsCell row={row} />,
    },
    {
      key: "state",
      label: "State",
      width: 110,
      phone: "trail",
      cell: (row) =>
        row.goneAt ? (
          <span className="bw-muted">
            Gone <RelativeTime at={row.goneAt} />
          </span>
        ) : (
          <span className={row.state === "running" ? undefined : "bw-muted"}>{stateWords[row.state] ?? row.state}</span>
        ),
    },
    {
      key: "user",
      label: "User",
      width: 110,
      leavesBelow: 1040,
      cell: (row) => (
        <div className="bw-cut bw-second" title={row.user ?? undefined}>
          {row.user ?? "root"}
        </div>
      ),
    },
    {
      key: "failing",
      label: "Unhealthy",
      width: 92,
      align: "right",
      phone: "line",
      cell: (row) => (
        <span className={row.failing === 0 ? "bw-muted" : "bw-medium"}>
          {formatNumber(row.failing)}
          <span className="bw-hidden"> unhealthy controls</span>
        </span>
      ),
    },
    {
      key: "seen",
      label: "First seen",
      width: 92,
      align: "right",
      leavesBelow: 1200,
      cell: (row) => <RelativeTime at={row.firstSeenAt} now={host.readAt} />,
    },
  ];
}

function ImageCell({ row }: { row: HostContainerRow }) {
  const name = row.imageRef ?? "Not known";
  return (
    <div className="bw-cut" title={name}>
      {row.imageDigest ? (
        <Link href={links.image(row.imageDigest)}>{name}</Link>
      ) : (
        <span className="bw-second">{name}</span>
      )}
    </div>
  );
}

function FindingsCell({ row }: { row: HostContainerRow }) {
  if (row.imageDigest === null)
    return (
      <span className="bw-muted" title="No connected registry holds this image">
        Not scanned
      </span>
    );
  const counts = { critical: row.critical ?? 0, high: row.high ?? 0, medium: 0, low: 0, unrated: 0 };
  if (counts.critical + counts.high === 0) return <span className="bw-muted">No critical or high</span>;
  return <SeverityCounts counts={counts} spread="inline" />;
}
