"use client";
import { useCallback } from "react";
import type { ImageDetail } from "#queries/image/image-detail.ts";
import type { FindingGroup, ImageFindings } from "#queries/image/image-findings.ts";
import { useUrlState } from "../data/use-url-state.ts";
import { currentPage, useListView } from "../data/use-view.ts";
import { ExemptBulkBar } from "../exemption/exempt-bulk-bar.tsx";
import { selectionScopes } from "../exemption/scope-choice.ts";
import { WithSidePanel } from "../page/side-panel.tsx";
import { useMay } from "../shell/frame-context.tsx";
import { EmptyState } from "../state/empty-state.tsx";
import { FilteredEmpty } from "../state/filtered-empty.tsx";
import { DataTable } from "../table/data-table.tsx";
import { tableState } from "../table/table-state.ts";
import { useSelection } from "../table/use-selection.ts";
import { plural } from "../text/format-number.ts";
import { formatMinute } from "../text/relative-time.tsx";
import { findingColumns } from "./finding-columns.tsx";
import { FindingFilters } from "./finding-filters.tsx";
import type { FindingListRow } from "./finding-list-row.ts";
import { FindingPanel } from "./finding-panel.tsx";
import { FindingGroupRow } from "./finding-rows.tsx";
import { imageView, noFilters } from "./image-params.ts";

/** Findings of the image by package or by vulnerability, with a panel that says why each is there. */
export function FindingsTab({ image }: { image: ImageDetail }) {
  const url = useUrlState();
  const list = useListView<ImageFindings>(imageView(image.digest, "vulnerabilities", url.params), {
    topics: [`image:${image.digest}`],
  });
  const by = url.get("group") === "vulnerability" ? "vulnerability" : "package";
  const rows = list.data?.pages.flatMap((page) => page.groups.flatMap(toRows));
  const filters = ["severity", "fixable", "kev", "status", "q", "package", "source"].filter((name) =>
    url.get(name),
  ).length;
  const open = useCallback(
    (row: FindingListRow, how?: { replace?: boolean }) => {
      if (row.kind === "finding") url.set({ cve: row.finding.key, pkg: row.finding.packageVersionId }, how);
    },
    [url],
  );
  const selection = useSelection();
  const isAnalyst = useMay("analyst");
  const close = useCallback(() => url.set({ cve: undefined, pkg: undefined }, { back: true }), [url]);
  const [cve, pkg] = [url.get("cve"), url.get("pkg")];
  return (
    <WithSidePanel
      panel={cve && pkg ? <FindingPanel image={image} vulnerability={cve} packageId={pkg} close={close} /> : null}
    >
      {image.assessment.hasEarlierResult && <FindingFilters image={image} findings={currentPage(list)} url={url} />}
      <DataTable
        label="Findings"
        noun="rows"
        rows="detail"
        columns={findingColumns(by, image.asOf.readAt, url)}
        state={tableState(list, rows, filters > 0)}
        rowKey={(row) => row.key}
        onOpen={open}
        selection={isAnalyst ? selection : undefined}
        isSelectable={(row) => row.kind === "finding" && row.finding.state === "open"}
        activeKey={cve && pkg ? `${cve} ${pkg}` : undefined}
        fullRow={(row) => (row.kind === "group" ? <FindingGroupRow group={row.group} by={by} /> : null)}
        isMuted={(row) => row.kind === "finding" && row.finding.state !== "open"}
        empty={<NothingOpen image={image} />}
        filteredEmpty={
          <FilteredEmpty
            noun={["finding", "findings"]}
            filters={filters}
            hidden={image.counts.open}
            clear={() => url.set(noFilters)}
          />
        }
      />
      {isAnalyst && <ExemptFindings image={image} selection={selection} />}
    </WithSidePanel>
  );
}

/** Exempts the selected findings. A key of a row is `<vulnerability> <package version>`. */
function ExemptFindings({ image, selection }: { image: ImageDetail; selection: ReturnType<typeof useSelection> }) {
  const keys = [...new Set([...selection.keys].map((key) => key.split(" ")[0] ?? ""))];
  const { registryId, registryName, repositoryId, repository } = image.place;
  const at = { registryId, registryName, repositoryId, repository, digest: image.digest };
  const title = plural(keys.length, "vulnerability", "vulnerabilities");
  return <ExemptBulkBar selection={selection} title={title} scopes={selectionScopes(keys, at)} />;
}

function toRows(group: FindingGroup): FindingListRow[] {
  const hidden = group.total - group.findings.length;
  return [
    { kind: "group", key: `group ${group.id}`, group },
    ...group.findings.map(
      (finding): FindingListRow => ({
        kind: "finding",
        key: `${finding.key} ${finding.packageVersionId}`,
        finding,
        group,
      }),
    ),
    ...(hidden > 0 ? [{ kind: "more", key: `more ${group.id}`, group, hidden } as const] : []),
  ];
}

/** Why the list is empty. Only a whole result over known advisories may say that nothing is open. */
function NothingOpen({ image: { assessment, asOf, counts } }: { image: ImageDetail }) {
  if (!assessment.hasEarlierResult) {
    return (
      <EmptyState title="Not known">
        {assessment.state === "scanning"
          ? "The scan is under way."
          : assessment.state === "failed"
            ? "The scan failed, so the findings are not known."
            : "This image was not scanned yet."}
      </EmptyState>
    );
  }
  if (asOf.records === 0)
    return <EmptyState title="Not known">No advisories are loaded, so the packages could not be checked.</EmptyState>;
  const data = asOf.dataDate
    ? `Checked against advisories of ${formatMinute(asOf.dataDate)}.`
    : "The age of the advisories is not known.";
  const rest =
    counts.hidden + counts.exempt > 0
      ? ` ${counts.exempt} exempt and ${counts.hidden} hidden findings are not counted.`
      : "";
  if (assessment.osState === "none") {
    return (
      <EmptyState title="OS findings are not known">
        No package database in this image, so OS findings are not known. {data}
      </EmptyState>
    );
  }
  if (assessment.completeness !== "complete" || assessment.osState !== "known") {
    return (
      <EmptyState title="Nothing found in what could be checked">
        Parts of this image could not be checked, so this does not mean that it has no findings. {data}
        {rest}
      </EmptyState>
    );
  }
  return (
    <EmptyState title="Nothing open">
      {data}
      {rest}
    </EmptyState>
  );
}
