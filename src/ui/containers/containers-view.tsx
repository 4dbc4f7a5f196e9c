"use client";
import { useCallback } from "react";
import type { ContainersOverview, ResourceRow } from "#queries/count/containers-overview.ts";
import { useUrlState } from "../data/use-url-state.ts";
import { currentPage, useListView } from "../data/use-view.ts";
import { ScopeLine } from "../page/scope-line.tsx";
import { DataTable } from "../table/data-table.tsx";
import { tableState } from "../table/table-state.ts";
import { useDensity } from "../table/use-density.ts";
import { useSelection } from "../table/use-selection.ts";
import { useStableRows } from "../table/use-stable-rows.ts";
import { ComputePage } from "./compute-page.tsx";
import styles from "./containers.module.css";
import { resourceHref } from "./kind.ts";
import { ResourceBulkBar } from "./resource-bulk-bar.tsx";
import { resourceColumns } from "./resource-columns.tsx";
import { NoResources, NoResourcesMatch } from "./resource-empty.tsx";
import { ResourceFilters } from "./resource-filters.tsx";
import { SummaryStrip } from "./summary-strip.tsx";

const filterNames = ["q", "type", "posture", "environment", "owner", "view", "demo"];
const rowKey = (row: ResourceRow) => row.rootId;

/** The Containers tab: one list of everything that is connected. */
export function ContainersView() {
  const url = useUrlState();
  const list = useListView<ContainersOverview>({ view: "containers", params: url.params }, { topics: ["containers"] });
  const [density] = useDensity();
  const selection = useSelection();
  const first = list.data?.pages[0];
  const { rows, onPointerEnter, onPointerLeave } = useStableRows(
    list.data?.pages.flatMap((page) => page.rows),
    rowKey,
    JSON.stringify(url.params),
  );
  const filters = filterNames.filter((name) => url.get(name)).length;
  const onSort = useCallback((sort: string) => url.set({ sort: sort === "risk" ? undefined : sort }), [url]);
  const sort = url.get("sort") ?? "risk";
  return (
    <ComputePage readAt={first?.readAt ?? null} {...(first ? { counts: { containers: first.views.all } } : {})}>
      <ScopeLine>Registries, AKS clusters and Docker VMs. Other resource types are out of scope.</ScopeLine>
      <SummaryStrip overview={first} />
      <ResourceFilters overview={first} matching={currentPage(list)?.matching} url={url} />
      {/* biome-ignore lint/a11y/noStaticElementInteractions: only keeps rows in place while a pointer is over them */}
      <div
        className={density === "compact" ? styles.compact : undefined}
        onPointerEnter={onPointerEnter}
        onPointerLeave={onPointerLeave}
      >
        <DataTable
          label="Resources"
          noun="resources"
          columns={resourceColumns}
          state={tableState(list, rows, filters > 0)}
          rowKey={rowKey}
          rowHref={resourceHref}
          isMuted={(row) => row.signal === "stale"}
          selection={selection}
          sort={{ current: sort, direction: sort === "name" ? "ascending" : "descending", onSort }}
          density={density}
          empty={<NoResources />}
          filteredEmpty={
            <NoResourcesMatch
              filters={filters}
              hidden={first?.views.all ?? null}
              clear={() => url.set(Object.fromEntries(filterNames.map((name) => [name, undefined])))}
            />
          }
        />
      </div>
      <ResourceBulkBar selection={selection} rows={rows ?? []} />
    </ComputePage>
  );
}
