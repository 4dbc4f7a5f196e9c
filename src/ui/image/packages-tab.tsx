"use client";
import Link from "next/link";
import { packageKind, packageTypes } from "#domain/package-kind.ts";
import type { ImageDetail } from "#queries/image/image-detail.ts";
import type { ImagePackage, ImagePackages } from "#queries/image/image-packages.ts";
import { type UrlState, useUrlState } from "../data/use-url-state.ts";
import { currentPage, useListView } from "../data/use-view.ts";
import { SeverityCounts } from "../marks/severity-counts.tsx";
import { ChoiceFilter, FilterBar, TextFilter } from "../page/filter-bar.tsx";
import { EmptyState } from "../state/empty-state.tsx";
import { FilteredEmpty } from "../state/filtered-empty.tsx";
import type { Column } from "../table/column.ts";
import { DataTable } from "../table/data-table.tsx";
import { tableState } from "../table/table-state.ts";
import { formatNumber, plural } from "../text/format-number.ts";
import { CoverageSection } from "./coverage-section.tsx";
import styles from "./image.module.css";
import { imageView, noFilters } from "./image-params.ts";

const types = packageTypes.map((type) => ({ value: type, label: packageKind(type).label }));

/** Everything installed, where it lies and which layer brought it; and what was left out of matching, and why. */
export function PackagesTab({ image }: { image: ImageDetail }) {
  const url = useUrlState();
  const list = useListView<ImagePackages>(imageView(image.digest, "packages", url.params), {
    topics: [`image:${image.digest}`],
  });
  const first = list.data?.pages[0];
  const current = currentPage(list);
  const filters = ["q", "type", "vulnerable", "dev"].filter((name) => url.get(name)).length;
  const rows = list.data?.pages.flatMap((page) => page.packages);
  return (
    <>
      <FilterBar
        tools={
          current && (
            <span data-list-total={current.total}>
              {formatNumber(current.total)} of {plural(current.all, "package")}
            </span>
          )
        }
      >
        <TextFilter label="Find package or path" value={url.get("q") ?? ""} onChange={(q) => url.set({ q })} />
        <ChoiceFilter label="Type" choices={types} value={url.get("type")} onChange={(type) => url.set({ type })} />
        <ChoiceFilter
          label="Findings"
          choices={[{ value: "1", label: "With open findings" }]}
          value={url.get("vulnerable")}
          onChange={(vulnerable) => url.set({ vulnerable })}
        />
        <ChoiceFilter
          label="Development only"
          choices={[
            { value: "yes", label: "Yes" },
            { value: "no", label: "No" },
          ]}
          value={url.get("dev")}
          onChange={(dev) => url.set({ dev })}
        />
      </FilterBar>
      <DataTable
        label="Packages"
        noun="packages"
        rows="detail"
        columns={packageColumns(url)}
        state={tableState(list, rows, filters > 0)}
        rowKey={(row) => `${row.type} ${row.name} ${row.version} ${row.path} ${row.arch}`}
        sort={{
          current: url.get("sort") ?? "findings",
          direction: url.get("sort") === "name" ? "ascending" : "descending",
          onSort: (sort) => url.set({ sort: sort === "findings" ? undefined : sort }),
        }}
        empty={<NoPackages image={image} packages={first} />}
        filteredEmpty={
          <FilteredEmpty
            noun={["package", "packages"]}
            filters={filters}
            hidden={first?.all ?? null}
            clear={() => url.set({ q: undefined, type: undefined, vulnerable: undefined, dev: undefined })}
          />
        }
      />
      {first && first.skipped.length > 0 && <Skipped packages={first} />}
      {image.assessment.hasEarlierResult && <CoverageSection coverage={image.assessment.coverage} />}
    </>
  );
}

function packageColumns(url: UrlState): Column<ImagePackage>[] {
  return [
    {
      key: "name",
      label: "Package",
      sort: "name",
      phone: "lead",
      cell: (row) => <span className="bw-name">{row.name}</span>,
    },
    {
      key: "version",
      label: "Version",
      width: 220,
      phone: "line",
      cell: (row) => <span className="bw-mono bw-second">{row.version}</span>,
    },
    { key: "type", label: "Type", width: 70, leavesBelow: 860, cell: (row) => packageKind(row.type).label },
    {
      key: "layer",
      label: "Layer",
      width: 120,
      phone: "line",
      cell: (row) =>
        row.isBase === null ? `layer ${row.layer}` : row.isBase ? "from base" : `your layer ${row.layer}`,
    },
    {
      key: "path",
      label: "Path",
      leavesBelow: 1040,
      phone: "line",
      cell: (row) => (
        <span className="bw-mono bw-small bw-muted" title={row.path}>
          {row.path}
          {row.dev && ", development only"}
        </span>
      ),
    },
    {
      key: "findings",
      label: "Open findings",
      width: 200,
      sort: "findings",
      phone: "line",
      cell: (row) => <PackageFindings row={row} url={url} />,
    },
  ];
}

function PackageFindings({ row, url }: { row: ImagePackage; url: UrlState }) {
  if (row.findings === 0) return <span className="bw-muted">0</span>;
  const { critical, high, medium, low } = row.counts;
  return (
    <Link href={url.href({ ...noFilters, sort: undefined, package: row.id })} className="bw-medium">
      <span className="bw-hidden">{plural(row.findings, "open finding")}: </span>
      <SeverityCounts counts={row.counts} spread={critical + high + medium + low === 0 ? "inline" : "slots"} />
    </Link>
  );
}

function NoPackages({ image, packages }: { image: ImageDetail; packages: ImagePackages | undefined }) {
  if (!image.assessment.hasEarlierResult)
    return <EmptyState title="Not known">The packages are known after a scan.</EmptyState>;
  if (packages && !packages.isKnown)
    return <EmptyState title="Not known">The stored inventory of this image is gone. Scan it again.</EmptyState>;
  return (
    <EmptyState title="No packages">No package database and no language packages were found in this image.</EmptyState>
  );
}

function Skipped({ packages }: { packages: ImagePackages }) {
  return (
    <section className={styles.section} aria-label="Left out of matching" style={{ paddingBottom: 32 }}>
      <details>
        <summary>
          {plural(packages.skipped.length, "package is", "packages are")} left out of matching, with the reason
        </summary>
        <ul>
          {packages.skipped.slice(0, 500).map((pkg) => (
            <li key={`${pkg.name} ${pkg.version} ${pkg.path}`}>
              <span className="bw-mono">{`${pkg.name} ${pkg.version}`}</span>{" "}
              <span className="bw-second">{pkg.reason}</span>{" "}
              <span className="bw-mono bw-small bw-muted">{pkg.path}</span>
            </li>
          ))}
        </ul>
      </details>
    </section>
  );
}
