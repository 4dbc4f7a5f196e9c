"use client";
import Link from "next/link";
import { useState } from "react";
import { links } from "#domain/links.ts";
import { type RecommendationStatus, recommendationStatuses } from "#domain/recommendation.ts";
import type { RecommendationDetail, RecommendationResource } from "#queries/assessment/recommendation-detail.ts";
import type { UrlState } from "../data/use-url-state.ts";
import { Icon } from "../icon.tsx";
import { healthWords } from "../marks/health.tsx";
import { Severity } from "../marks/severity.tsx";
import { DemoTag } from "../marks/tag.tsx";
import { OwnerFilter } from "../owner/owner-filter.tsx";
import { ChoiceFilter, FilterBar, TextFilter } from "../page/filter-bar.tsx";
import { Views } from "../page/views.tsx";
import { EmptyState } from "../state/empty-state.tsx";
import { FilteredEmpty } from "../state/filtered-empty.tsx";
import type { Column } from "../table/column.ts";
import { DataTable } from "../table/data-table.tsx";
import { tableState } from "../table/table-state.ts";
import { useSelection } from "../table/use-selection.ts";
import { plural } from "../text/format-number.ts";
import { RelativeTime } from "../text/relative-time.tsx";
import { unitOf } from "./recommendation-columns.tsx";
import { kindChoices } from "./recommendation-filters.tsx";
import { resourceFilterNames } from "./recommendation-params.ts";
import { ResourceDecisions } from "./resource-decisions.tsx";
import { ResourceEvidence } from "./resource-evidence.tsx";
import { resourceHref } from "./resource-href.ts";

interface Props {
  detail: RecommendationDetail;
  list: Parameters<typeof tableState>[0] & { data?: { pages: RecommendationDetail[] } | undefined };
  url: UrlState;
}

type ListRow = { resource: RecommendationResource; isEvidence: boolean };

/** The resources of one status, each opening in place with what was read; the counts of the lists stand above. */
export function RecommendationResources({ detail, list, url }: Props) {
  const selection = useSelection();
  const [opened, setOpened] = useState<ReadonlySet<string>>(new Set());
  const status = statusOf(url.get("status"));
  const resources = list.data?.pages.flatMap((page) => page.resources);
  const filters = resourceFilterNames.filter((name) => url.get(name)).length;
  const toggle = (key: string) =>
    setOpened((current) => {
      const next = new Set(current);
      if (!next.delete(key)) next.add(key);
      return next;
    });
  const rows = resources?.flatMap((resource): ListRow[] =>
    opened.has(resource.key)
      ? [
          { resource, isEvidence: false },
          { resource, isEvidence: true },
        ]
      : [{ resource, isEvidence: false }],
  );
  return (
    <section aria-label="Resources">
      <Views
        label="Resources by status"
        views={recommendationStatuses.map((name) => ({
          label: healthWords[name],
          href: url.href({ status: name === "unhealthy" ? undefined : name }),
          isCurrent: status === name,
          count: detail.counts[name],
        }))}
      />
      <ResourceFilters detail={detail} url={url} status={status} />
      <DataTable<ListRow>
        label="Resources"
        noun={unitOf(detail.kinds, 2)}
        columns={columns(detail.readAt, opened, toggle)}
        state={tableState(list, rows, filters > 0)}
        rowKey={(row) => row.resource.key}
        onOpen={(row) => toggle(row.resource.key)}
        fullRow={(row) =>
          row.isEvidence ? <ResourceEvidence resource={row.resource} ruleId={detail.rule.id} /> : null
        }
        selection={selection}
        empty={<EmptyState title={emptyWords[status]} />}
        filteredEmpty={
          <FilteredEmpty
            noun={["resource", "resources"]}
            filters={filters}
            hidden={null}
            clear={() => url.set(Object.fromEntries(resourceFilterNames.map((name) => [name, undefined])))}
          />
        }
      />
      <ResourceDecisions
        rule={detail.rule}
        units={detail.kinds}
        selection={selection}
        resources={(resources ?? []).filter(({ key }) => selection.keys.has(key))}
      />
    </section>
  );
}

const emptyWords: Record<RecommendationStatus, string> = {
  unhealthy: "Nothing is unhealthy under this rule",
  unknown: "Everything that the rule looks at could be judged",
  manual: "Nothing waits for a person",
  exempt: "Nothing is exempt from this rule",
  healthy: "Nothing is healthy under this rule",
  notApplicable: "The rule applies to everything that it was held against",
};

function statusOf(value: string | undefined): RecommendationStatus {
  return recommendationStatuses.find((status) => status === value) ?? "unhealthy";
}

function ResourceFilters({
  detail,
  url,
  status,
}: {
  detail: RecommendationDetail;
  url: UrlState;
  status: RecommendationStatus;
}) {
  const choice = (name: string) => ({
    value: url.get(name),
    onChange: (value: string | undefined) => url.set({ [name]: value }),
  });
  const shown = detail.counts[status];
  return (
    <FilterBar
      tools={
        <span role="status" data-list-total={shown}>
          {shown === 1
            ? plural(1, unitOf(detail.kinds, 1))
            : `${plural(shown, "", "").trim()} ${unitOf(detail.kinds, shown)}`}
        </span>
      }
    >
      <TextFilter label="Find by name" value={url.get("q") ?? ""} onChange={(q) => url.set({ q })} />
      {detail.kinds.length > 1 && (
        <ChoiceFilter
          label="Kind"
          choices={kindChoices.filter(({ value }) => detail.kinds.includes(value))}
          {...choice("kind")}
        />
      )}
      {url.get("root") && (
        <ChoiceFilter
          label="In"
          choices={[{ value: url.get("root") ?? "", label: detail.resources[0]?.rootName ?? "one resource" }]}
          {...choice("root")}
        />
      )}
      <ChoiceFilter
        label="Environment"
        choices={detail.environments.map((value) => ({ value, label: value }))}
        {...choice("environment")}
      />
      <OwnerFilter {...choice("owner")} />
    </FilterBar>
  );
}

function columns(readAt: string, opened: ReadonlySet<string>, toggle: (key: string) => void): Column<ListRow>[] {
  return [
    {
      key: "name",
      label: "Resource",
      width: 300,
      phone: "lead",
      cell: ({ resource }) => (
        <div className="bw-row-tight">
          <button
            type="button"
            className="bw-icon-button"
            aria-expanded={opened.has(resource.key)}
            aria-label={`What was read on ${resource.name}`}
            onClick={() => toggle(resource.key)}
          >
            <Icon name={opened.has(resource.key) ? "chevronDown" : "chevronRight"} size={14} />
          </button>
          <div className="bw-cut">
            <div className="bw-row-tight">
              <Link href={resourceHref(resource)} className="bw-name bw-cut" title={resource.name}>
                {resource.name}
              </Link>
              {resource.isDemo && <DemoTag />}
            </div>
            {resource.resourceKind !== resource.rootKind && (
              <div className="bw-sub bw-cut">
                in{" "}
                <Link href={links.registry(resource.rootId)} className="bw-second">
                  {resource.rootName}
                </Link>
              </div>
            )}
          </div>
        </div>
      ),
    },
    {
      key: "owner",
      label: "Owner",
      width: 140,
      leavesBelow: 1040,
      cell: ({ resource }) => (
        <>
          <div className={`bw-cut ${resource.owner ? "" : "bw-muted"}`}>{resource.owner ?? "No owner"}</div>
          <div className="bw-sub bw-cut">{resource.environment ?? "No environment"}</div>
        </>
      ),
    },
    {
      key: "reason",
      label: "What was found",
      phone: "line",
      cell: ({ resource }) => <span title={resource.reason ?? undefined}>{resource.reason ?? "–"}</span>,
    },
    {
      key: "severity",
      label: "Severity",
      width: 110,
      leavesBelow: 860,
      cell: ({ resource }) =>
        resource.status === "unhealthy" ? <Severity severity={resource.severity} coloured={false} /> : null,
    },
    {
      key: "since",
      label: "Since",
      width: 92,
      align: "right",
      phone: "trail",
      cell: ({ resource }) => <RelativeTime at={resource.statusSince} now={readAt} />,
    },
  ];
}
