"use client";
import Link from "next/link";
import { useCallback } from "react";
import { links } from "#domain/links.ts";
import type { RegistryDetail } from "#queries/registry/registry-detail.ts";
import type { RegistryRepositories, RepositoryRow } from "#queries/registry/registry-repositories.ts";
import { useUrlState } from "../data/use-url-state.ts";
import { currentPage, useListView } from "../data/use-view.ts";
import { Health } from "../marks/health.tsx";
import { SeverityCounts } from "../marks/severity-counts.tsx";
import { Kev } from "../marks/tag.tsx";
import { AssignOwnerBar } from "../owner/assign-owner-bar.tsx";
import { OwnerFilter } from "../owner/owner-filter.tsx";
import { OwnerWords } from "../owner/owner-words.tsx";
import { FilterBar, SortMenu, TextFilter } from "../page/filter-bar.tsx";
import { Views } from "../page/views.tsx";
import { useMay } from "../shell/frame-context.tsx";
import { EmptyState } from "../state/empty-state.tsx";
import { FilteredEmpty } from "../state/filtered-empty.tsx";
import type { Column } from "../table/column.ts";
import { DataTable } from "../table/data-table.tsx";
import { tableState } from "../table/table-state.ts";
import { useSelection } from "../table/use-selection.ts";
import { formatBounded, formatNumber } from "../text/format-number.ts";
import { RelativeTime } from "../text/relative-time.tsx";

const sorts = [
  { value: "risk", label: "Risk" },
  { value: "name", label: "Name" },
  { value: "lastPush", label: "Last push" },
];
const shows = [
  { value: undefined, label: "Current", count: "current" },
  { value: "unhealthy", label: "Unhealthy", count: "unhealthy" },
  { value: "notAssessed", label: "Not assessed", count: "notAssessed" },
  { value: "retired", label: "Retired", count: "retired" },
] as const;

export function RepositoriesTab({ registry }: { registry: RegistryDetail }) {
  const url = useUrlState();
  const { tab: _, ...params } = url.params;
  const list = useListView<RegistryRepositories>(
    { view: `registries/${registry.id}/repositories`, params },
    { topics: [`registry:${registry.id}`, "containers"] },
  );
  const first = list.data?.pages[0];
  const current = currentPage(list);
  const rows = list.data?.pages.flatMap((page) => page.rows);
  const selection = useSelection();
  const isAnalyst = useMay("analyst");
  const { set } = url;
  const setText = useCallback((q: string) => set({ q }), [set]);
  const filters = ["q", "show", "owner"].filter((name) => url.get(name)).length;
  const sort = url.get("sort") ?? "risk";
  return (
    <>
      <Views
        label="Repositories"
        views={shows.map((show) => ({
          label: show.label,
          href: url.href({ show: show.value }),
          isCurrent: url.get("show") === show.value,
          count: first?.views[show.count],
        }))}
      />
      <FilterBar
        tools={
          <>
            {current && (
              <span style={{ marginRight: 6 }} role="status">
                {formatBounded(current.matching)} {current.matching === 1 ? "repository" : "repositories"}
              </span>
            )}
            <SortMenu
              choices={sorts}
              value={sort}
              onChange={(value) => set({ sort: value === "risk" ? undefined : value })}
            />
          </>
        }
      >
        <TextFilter label="Filter by name" value={url.get("q") ?? ""} onChange={setText} />
        <OwnerFilter value={url.get("owner")} onChange={(owner) => set({ owner })} />
      </FilterBar>
      <DataTable
        label="Repositories"
        noun="repositories"
        rows="detail"
        columns={columnsOf(registry)}
        state={tableState(list, rows, filters > 0)}
        rowKey={(row) => row.id}
        selection={isAnalyst ? selection : undefined}
        rowHref={(row) => links.repository(registry.id, row.name)}
        isMuted={(row) => row.retiredAt !== null}
        sort={{
          current: sort,
          direction: sort === "name" ? "ascending" : "descending",
          onSort: (value) => set({ sort: value === "risk" ? undefined : value }),
        }}
        empty={<NoRepositories registry={registry} />}
        filteredEmpty={
          <FilteredEmpty
            noun={["repository", "repositories"]}
            filters={filters}
            hidden={first?.views.current ?? null}
            clear={() => set({ q: undefined, show: undefined, owner: undefined })}
          />
        }
      />
      {isAnalyst && (
        <AssignOwnerBar
          selection={selection}
          noun={["repository", "repositories"]}
          targets={[...selection.keys].map((repositoryId) => ({ rootId: registry.id, repositoryId }))}
        />
      )}
    </>
  );
}

function NoRepositories({ registry }: { registry: RegistryDetail }) {
  if (registry.sync?.state === "running" || registry.lastReconciledAt === null) {
    return <EmptyState title="Not known yet">Repositories appear here as they are found.</EmptyState>;
  }
  return (
    <EmptyState title="The registry is empty">
      It was compared and lists no repository. Push an image and it appears here.
    </EmptyState>
  );
}

function columnsOf(registry: RegistryDetail): Column<RepositoryRow>[] {
  return [
    {
      key: "name",
      label: "Repository",
      sort: "name",
      phone: "lead",
      cell: (row) => (
        <div className="bw-row">
          <Link href={links.repository(registry.id, row.name)} className="bw-name bw-cut" title={row.name}>
            {row.name}
          </Link>
          {row.kev > 0 && <Kev />}
          {row.retiredAt && <span className="bw-sub">retired</span>}
        </div>
      ),
    },
    {
      key: "owner",
      label: "Owner",
      width: 130,
      leavesBelow: 1040,
      cell: (row) => <OwnerWords owner={row.owner} source={row.ownerSource} />,
    },
    {
      key: "posture",
      label: "Open vulnerabilities",
      width: 200,
      sort: "risk",
      phone: "line",
      cell: (row) => <Posture row={row} />,
    },
    {
      key: "fixable",
      label: "Fixable",
      width: 84,
      align: "right",
      leavesBelow: 1040,
      cell: (row) => <Count value={row.fixable} />,
    },
    {
      key: "notAssessed",
      label: "Not assessed",
      width: 108,
      align: "right",
      leavesBelow: 1200,
      cell: (row) =>
        row.notAssessed > 0 ? <span className="bw-second">{formatNumber(row.notAssessed)}</span> : <Count value={0} />,
    },
    {
      key: "images",
      label: "Images",
      width: 80,
      align: "right",
      leavesBelow: 860,
      cell: (row) => <Count value={row.imageCount} />,
    },
    {
      key: "tags",
      label: "Tags",
      width: 72,
      align: "right",
      leavesBelow: 860,
      cell: (row) => <Count value={row.tagCount} />,
    },
    {
      key: "push",
      label: "Last push",
      width: 104,
      align: "right",
      sort: "lastPush",
      phone: "trail",
      cell: (row) => <RelativeTime at={row.lastPushedAt} />,
    },
  ];
}

function Posture({ row }: { row: RepositoryRow }) {
  if (row.critical + row.high + row.medium + row.low > 0) return <SeverityCounts counts={row} />;
  if (row.unrated > 0) return <SeverityCounts counts={row} spread="inline" />;
  if (row.imageCount === 0) return <span className="bw-muted">No images</span>;
  return <Health health={row.notAssessed > 0 ? "unknown" : "healthy"} />;
}

function Count({ value }: { value: number }) {
  return <span className={value === 0 ? "bw-muted" : undefined}>{formatNumber(value)}</span>;
}
