"use client";
import Link from "next/link";
import type { ImageDetail } from "#queries/image/image-detail.ts";
import type { ImageFindings } from "#queries/image/image-findings.ts";
import type { UrlState } from "../data/use-url-state.ts";
import { ChoiceFilter, FilterBar, TextFilter } from "../page/filter-bar.tsx";
import { Views } from "../page/views.tsx";
import { plural } from "../text/format-number.ts";
import styles from "./image.module.css";
import { noFilters } from "./image-params.ts";

const severityChoices = [
  { value: "critical", label: "Critical" },
  { value: "critical,high", label: "High and worse" },
  { value: "high", label: "High" },
  { value: "medium", label: "Medium" },
  { value: "low", label: "Low" },
  { value: "unknown", label: "Not rated" },
];
const fixChoices = [
  { value: "yes", label: "Fix available" },
  { value: "no", label: "No fix yet" },
];

/** Named views with their counts, the filters behind them, and how many findings they leave. */
export function FindingFilters({
  image,
  findings,
  url,
}: {
  image: ImageDetail;
  findings: ImageFindings | undefined;
  url: UrlState;
}) {
  const { counts } = image;
  const by = url.get("group") ?? "package";
  const name = by === "vulnerability" ? "vulnerability" : "package";
  return (
    <>
      <FindingViews counts={counts} url={url} />
      <FilterBar
        tools={
          <>
            {findings && (
              <span data-list-total={findings.total} style={{ marginRight: 8 }}>
                {plural(findings.total, "finding")} in{" "}
                {plural(findings.groupTotal, name, name === "package" ? "packages" : "vulnerabilities")}
              </span>
            )}
            <Grouping url={url} />
          </>
        }
      >
        <TextFilter label="Find CVE or package" value={url.get("q") ?? ""} onChange={(q) => url.set({ q })} />
        <ChoiceFilter
          label="Severity"
          choices={severityChoices}
          value={url.get("severity")}
          onChange={(severity) => url.set({ severity })}
        />
        <ChoiceFilter
          label="Fix"
          choices={fixChoices}
          value={url.get("fixable")}
          onChange={(fixable) => url.set({ fixable })}
        />
        {url.get("source") && (
          <ChoiceFilter
            label="Source"
            choices={[{ value: url.get("source") ?? "", label: findings?.groups[0]?.names.join(", ") ?? "one" }]}
            value={url.get("source")}
            onChange={() => url.set({ source: undefined })}
          />
        )}
        {url.get("package") && (
          <ChoiceFilter
            label="Package"
            choices={[
              { value: url.get("package") ?? "", label: findings?.groups[0]?.findings[0]?.packageName ?? "one" },
            ]}
            value={url.get("package")}
            onChange={() => url.set({ package: undefined })}
          />
        )}
      </FilterBar>
    </>
  );
}

function Grouping({ url }: { url: UrlState }) {
  const isByVulnerability = url.get("group") === "vulnerability";
  return (
    <nav className={styles.platforms} aria-label="Group by">
      <Link
        href={url.href({ group: undefined, expand: undefined })}
        aria-current={isByVulnerability ? undefined : "true"}
        scroll={false}
      >
        By package
      </Link>
      <Link
        href={url.href({ group: "vulnerability", expand: undefined })}
        aria-current={isByVulnerability ? "true" : undefined}
        scroll={false}
      >
        By vulnerability
      </Link>
    </nav>
  );
}

function FindingViews({ counts, url }: { counts: ImageDetail["counts"]; url: UrlState }) {
  const [status, fixable, kev] = [url.get("status"), url.get("fixable"), url.get("kev")];
  const isPlain = !status && !fixable && !kev;
  const to = (changes: Record<string, string>) => url.href({ ...noFilters, ...changes });
  return (
    <Views
      label="Findings"
      views={[
        { label: "Open", href: to({}), isCurrent: isPlain, count: counts.open },
        {
          label: "Fix available",
          href: to({ fixable: "yes" }),
          isCurrent: fixable === "yes" && !status && !kev,
          count: counts.fixable,
        },
        { label: "Known exploited", href: to({ kev: "1" }), isCurrent: kev === "1" && !status, count: counts.kev },
        { label: "Exempt", href: to({ status: "exempt" }), isCurrent: status === "exempt", count: counts.exempt },
        { label: "Hidden", href: to({ status: "hidden" }), isCurrent: status === "hidden", count: counts.hidden },
      ]}
    />
  );
}
