"use client";
import { recommendationKinds, recommendationUnits } from "#domain/recommendation.ts";
import type { RecommendationList } from "#queries/assessment/recommendation-list.ts";
import type { UrlState } from "../data/use-url-state.ts";
import { severityWords } from "../marks/severity.tsx";
import { OwnerFilter } from "../owner/owner-filter.tsx";
import { ChoiceFilter, DensityButton, FilterBar, SortMenu, TextFilter } from "../page/filter-bar.tsx";
import { Views } from "../page/views.tsx";
import { plural } from "../text/format-number.ts";

const views = [
  { value: undefined, label: "Open", count: "open" },
  { value: "unknown", label: "Not known somewhere", count: "unknown" },
  { value: "exempt", label: "With exemptions", count: "exempt" },
  { value: "clean", label: "Nothing open", count: "clean" },
  { value: "all", label: "All", count: "all" },
] as const;

const severities = [
  { value: "critical", label: severityWords.critical },
  { value: "critical,high", label: "High and worse" },
  { value: "high", label: severityWords.high },
  { value: "medium", label: severityWords.medium },
  { value: "low", label: severityWords.low },
];

const sorts = [
  { value: "priority", label: "Severity, then reach" },
  { value: "unhealthy", label: "Unhealthy resources" },
  { value: "newest", label: "Newest change" },
  { value: "title", label: "Title" },
];

const groups = [
  { value: "area", label: "By area" },
  { value: "none", label: "One list" },
];

const asChoices = (values: string[] | undefined) => (values ?? []).map((value) => ({ value, label: value }));
const capital = (text: string) => text.charAt(0).toUpperCase() + text.slice(1);

export const kindChoices = recommendationKinds.map((kind) => ({
  value: kind,
  label: capital(recommendationUnits[kind][1]),
}));

/** Named views with their counts, then filters, count, grouping and sort. */
export function RecommendationFilters({ list, url }: { list: RecommendationList | undefined; url: UrlState }) {
  const choice = (name: string) => ({
    value: url.get(name),
    onChange: (value: string | undefined) => url.set({ [name]: value }),
  });
  return (
    <>
      <Views
        label="Views"
        views={views.map((view) => ({
          label: view.label,
          href: url.href({ view: view.value }),
          isCurrent: url.get("view") === view.value,
          count: list?.views[view.count],
        }))}
      />
      <FilterBar
        tools={
          <>
            {list && (
              <span role="status" data-list-total={list.total} style={{ marginRight: 6 }}>
                {plural(list.total, "recommendation")}
              </span>
            )}
            <SortMenu
              choices={sorts}
              value={url.get("sort") ?? "priority"}
              onChange={(sort) => url.set({ sort: sort === "priority" ? undefined : sort })}
            />
            <DensityButton />
          </>
        }
      >
        <TextFilter label="Find words or control" value={url.get("q") ?? ""} onChange={(q) => url.set({ q })} />
        <ChoiceFilter label="Kind" choices={kindChoices} {...choice("kind")} />
        <ChoiceFilter label="Severity" choices={severities} {...choice("severity")} />
        <ChoiceFilter label="Environment" choices={asChoices(list?.environments)} {...choice("environment")} />
        <OwnerFilter {...choice("owner")} />
        <ChoiceFilter label="Standard" choices={asChoices(list?.standards)} {...choice("standard")} />
        <ChoiceFilter
          label="Group"
          choices={groups}
          value={url.get("group") ?? "area"}
          onChange={(group) => url.set({ group: group === "none" ? "none" : undefined })}
        />
      </FilterBar>
    </>
  );
}
