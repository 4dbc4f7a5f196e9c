"use client";
import { useCallback } from "react";
import type { ContainersOverview } from "#queries/count/containers-overview.ts";
import type { UrlState } from "../data/use-url-state.ts";
import { OwnerFilter } from "../owner/owner-filter.tsx";
import { ExportLink } from "../page/export-link.tsx";
import { ChoiceFilter, DensityButton, FilterBar, SortMenu, TextFilter } from "../page/filter-bar.tsx";
import { Views } from "../page/views.tsx";
import { formatBounded } from "../text/format-number.ts";
import { kinds } from "./kind.ts";

const views = [
  { value: undefined, label: "All", count: "all" },
  { value: "needsAction", label: "Needs action", count: "needsAction" },
  { value: "production", label: "Production", count: "production" },
  { value: "notReporting", label: "Not reporting", count: "notReporting" },
] as const;

const postures = [
  { value: "unhealthy", label: "Unhealthy" },
  { value: "healthy", label: "Healthy" },
  { value: "unknown", label: "Unknown" },
];

const sorts = [
  { value: "risk", label: "Risk" },
  { value: "name", label: "Name" },
  { value: "lastData", label: "Oldest data" },
];

const asChoices = (values: string[] | undefined) => (values ?? []).map((value) => ({ value, label: value }));

interface ResourceFiltersProps {
  overview: ContainersOverview | undefined;
  /** Undefined while it is not known for the filters that are set. */
  matching: number | undefined;
  url: UrlState;
}

/** Named views with their counts, then filters, then count, sort and density. */
export function ResourceFilters({ overview, matching, url }: ResourceFiltersProps) {
  const current = url.get("view");
  const { set } = url;
  const setText = useCallback((q: string) => set({ q }), [set]);
  const choice = (name: string) => ({
    value: url.get(name),
    onChange: (value: string | undefined) => set({ [name]: value }),
  });
  return (
    <>
      <Views
        label="Views"
        views={views.map((view) => ({
          label: view.label,
          href: url.href({ view: view.value }),
          isCurrent: current === view.value,
          count: overview?.views[view.count],
        }))}
      />
      <FilterBar
        tools={
          <>
            {matching !== undefined && (
              <span style={{ marginRight: 6 }} role="status">
                {formatBounded(matching)} {matching === 1 ? "resource" : "resources"}
              </span>
            )}
            <SortMenu
              choices={sorts}
              value={url.get("sort") ?? "risk"}
              onChange={(sort) => set({ sort: sort === "risk" ? undefined : sort })}
            />
            <ExportLink view="containers.csv" params={url.params} />
            <DensityButton />
          </>
        }
      >
        <TextFilter label="Filter by name" value={url.get("q") ?? ""} onChange={setText} />
        <ChoiceFilter
          label="Type"
          choices={Object.entries(kinds).map(([value, { one }]) => ({ value, label: one }))}
          {...choice("type")}
        />
        <ChoiceFilter label="Posture" choices={postures} {...choice("posture")} />
        <ChoiceFilter label="Environment" choices={asChoices(overview?.environments)} {...choice("environment")} />
        <OwnerFilter value={url.get("owner")} onChange={(owner) => set({ owner })} />
        {url.get("demo") && (
          <ChoiceFilter label="Demo" choices={[{ value: "no", label: "Left out" }]} {...choice("demo")} />
        )}
      </FilterBar>
    </>
  );
}
