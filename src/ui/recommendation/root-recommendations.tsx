"use client";
import { useMemo } from "react";
import type { RecommendationList, RecommendationRow } from "#queries/assessment/recommendation-list.ts";
import { useUrlState } from "../data/use-url-state.ts";
import { useListView } from "../data/use-view.ts";
import { EmptyState } from "../state/empty-state.tsx";
import { DataTable } from "../table/data-table.tsx";
import { tableState } from "../table/table-state.ts";
import { plural } from "../text/format-number.ts";
import { recommendationColumns, resourcesHref } from "./recommendation-columns.tsx";
import { recommendationListView } from "./recommendation-params.ts";

/** What should be mended in one registry, host or cluster: the list of recommendations, counted over it alone. */
export function RootRecommendations({ rootId, noun }: { rootId: string; noun: string }) {
  const url = useUrlState();
  const params = useMemo(() => ({ root: rootId }), [rootId]);
  const list = useListView<RecommendationList>(
    recommendationListView({ ...params, group: "none", sort: url.get("sort") }),
    { topics: ["recommendations", "containers"] },
  );
  const first = list.data?.pages[0];
  const columns = useMemo(() => recommendationColumns(first?.readAt, params), [first?.readAt, params]);
  return (
    <section aria-label="Recommendations" style={{ paddingTop: 12 }}>
      {first && (
        <p className="bw-pad bw-muted" style={{ paddingBottom: 8 }} role="status" data-list-total={first.total}>
          {plural(first.total, "recommendation")}, of {plural(first.views.all, "rule")} that this {noun} is held against
        </p>
      )}
      <DataTable<RecommendationRow>
        label="Recommendations"
        noun="recommendations"
        // The cells of the columns take rows of the list alone.
        columns={columns as Parameters<typeof DataTable<RecommendationRow>>[0]["columns"]}
        state={tableState(
          list,
          list.data?.pages.flatMap((page) => page.rows),
          false,
        )}
        rowKey={(row) => row.ruleId}
        rowHref={(row) => resourcesHref(row.ruleId, "unhealthy", params)}
        sort={{
          current: url.get("sort") ?? "priority",
          direction: url.get("sort") === "title" ? "ascending" : "descending",
          onSort: (sort) => url.set({ sort: sort === "priority" ? undefined : sort }),
        }}
        empty={
          <EmptyState title={first && first.views.all > 0 ? "Nothing open" : "Not assessed yet"}>
            {first && first.views.all > 0
              ? `${plural(first.views.all, "rule")} checked.${first.views.unknown > 0 ? ` ${plural(first.views.unknown, "of them", "of them")} could not be judged.` : ""}`
              : `Nothing of this ${noun} was held against a rule so far.`}
          </EmptyState>
        }
      />
    </section>
  );
}
