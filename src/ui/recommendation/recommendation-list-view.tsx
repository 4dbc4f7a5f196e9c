"use client";
import Link from "next/link";
import { Fragment, useMemo } from "react";
import { links } from "#domain/links.ts";
import type { RecommendationList, RecommendationRow } from "#queries/assessment/recommendation-list.ts";
import { useUrlState } from "../data/use-url-state.ts";
import { useListView } from "../data/use-view.ts";
import { ScopeLine } from "../page/scope-line.tsx";
import { Freshness } from "../shell/freshness.tsx";
import { Page } from "../shell/page.tsx";
import { EmptyState } from "../state/empty-state.tsx";
import { FilteredEmpty } from "../state/filtered-empty.tsx";
import { DataTable } from "../table/data-table.tsx";
import { tableState } from "../table/table-state.ts";
import { useDensity } from "../table/use-density.ts";
import { formatNumber, plural } from "../text/format-number.ts";
import { recommendationColumns } from "./recommendation-columns.tsx";
import { RecommendationFilters } from "./recommendation-filters.tsx";
import { recommendationFilterNames, recommendationListView } from "./recommendation-params.ts";

type ListRow = RecommendationRow | { area: string; rules: number; unhealthy: number };
const isArea = (row: ListRow): row is Exclude<ListRow, RecommendationRow> => "rules" in row;

/** What should be mended, one row per rule over everything that is connected, the areas with the worst first. */
export function RecommendationListView() {
  const url = useUrlState();
  const list = useListView<RecommendationList>(recommendationListView(url.params), {
    topics: ["recommendations", "containers"],
  });
  const [density] = useDensity();
  const first = list.data?.pages[0];
  const isGrouped = url.get("group") !== "none";
  const rows = useMemo(() => {
    const all = list.data?.pages.flatMap((page) => page.rows);
    return isGrouped ? all && withAreas(all) : all;
  }, [list.data, isGrouped]);
  const filters = recommendationFilterNames.filter((name) => url.get(name)).length;
  const columns = useMemo(() => recommendationColumns(first?.readAt, url.params), [first?.readAt, url.params]);
  return (
    <Page title="Recommendations" freshness={first && <Freshness at={first.readAt} />}>
      <ScopeLine>
        One row per rule. Hosts and clusters are counted one by one; images are counted by their repository, which is
        unhealthy while one of its tagged images is.
      </ScopeLine>
      <RecommendationFilters list={first} url={url} />
      <DataTable<ListRow>
        label="Recommendations"
        noun="recommendations"
        columns={columns}
        state={tableState(list, rows, filters > 0 || Boolean(url.get("view")))}
        rowKey={(row) => (isArea(row) ? `area ${row.area}` : row.ruleId)}
        rowHref={(row) => (isArea(row) ? undefined : links.recommendation(row.ruleId))}
        fullRow={(row) => (isArea(row) ? <AreaHead row={row} /> : null)}
        sort={{
          current: url.get("sort") ?? "priority",
          direction: url.get("sort") === "title" ? "ascending" : "descending",
          onSort: (sort) => url.set({ sort: sort === "priority" ? undefined : sort }),
        }}
        density={density}
        empty={<NothingOpen list={first} />}
        filteredEmpty={
          <FilteredEmpty
            noun={["recommendation", "recommendations"]}
            filters={Math.max(1, filters)}
            hidden={filters > 0 ? null : (first?.views.all ?? null)}
            clear={() =>
              url.set(Object.fromEntries([...recommendationFilterNames, "view"].map((name) => [name, undefined])))
            }
          />
        }
      />
    </Page>
  );
}

/** Rows with a head before each area. The list comes in the order of its areas. */
function withAreas(rows: RecommendationRow[]): ListRow[] {
  const result: ListRow[] = [];
  let head: Exclude<ListRow, RecommendationRow> | undefined;
  for (const row of rows) {
    if (!head || head.area !== row.area) {
      head = { area: row.area, rules: 0, unhealthy: 0 };
      result.push(head);
    }
    head.rules += 1;
    if (row.unhealthy > 0) head.unhealthy += 1;
    result.push(row);
  }
  return result;
}

function AreaHead({ row }: { row: { area: string; rules: number; unhealthy: number } }) {
  return (
    <Fragment>
      <b className="bw-medium">{row.area}</b>{" "}
      <span className="bw-muted bw-small">
        {row.unhealthy === row.rules
          ? plural(row.rules, "recommendation")
          : `${formatNumber(row.unhealthy)} of ${plural(row.rules, "recommendation")} open`}
      </span>
    </Fragment>
  );
}

function NothingOpen({ list }: { list: RecommendationList | undefined }) {
  if (!list || list.views.all === 0) {
    return (
      <EmptyState
        title="Nothing was assessed yet"
        action={<Link href="/connect">Connect a registry or a Docker host</Link>}
      >
        Recommendations come from what is held against rules: the images of registries and the configuration of Docker
        hosts.
      </EmptyState>
    );
  }
  return (
    <EmptyState title="Nothing open">
      {plural(list.views.all, "rule")} checked.{" "}
      {list.views.unknown > 0 && `${plural(list.views.unknown, "rule")} could not be judged everywhere.`}
    </EmptyState>
  );
}
