import Link from "next/link";
import { links } from "#domain/links.ts";
import type { RiskyImage, TopVulnerability } from "#queries/count/compute-overview.ts";
import { Severity } from "../marks/severity.tsx";
import { SeverityCounts } from "../marks/severity-counts.tsx";
import { Kev } from "../marks/tag.tsx";
import { SheetSection } from "../page/sheet.tsx";
import type { Column } from "../table/column.ts";
import { DataTable } from "../table/data-table.tsx";
import { Figure } from "../text/figure.tsx";
import { formatNumber, formatShare } from "../text/format-number.ts";

/** Flaws by what attackers use, severity and spread. */
export function FixFirst({ vulnerabilities }: { vulnerabilities: TopVulnerability[] }) {
  return (
    <SheetSection
      span={8}
      title="Fix these first"
      reading="Known exploited first, then with a fix, then by severity, then by EPSS and number of images."
      aside={<Link href={links.vulnerabilities()}>All vulnerabilities</Link>}
    >
      <DataTable
        label="Vulnerabilities to fix first"
        rows="detail"
        isInset
        columns={vulnerabilityColumns}
        state={vulnerabilities.length === 0 ? { kind: "empty" } : { kind: "ready", rows: vulnerabilities, more: null }}
        rowKey={(row) => row.key}
        rowHref={(row) => links.vulnerability(row.key)}
        empty={<p className="bw-second">Nothing open in what is assessed.</p>}
      />
    </SheetSection>
  );
}

const vulnerabilityColumns: Column<TopVulnerability>[] = [
  {
    key: "severity",
    label: "Severity",
    width: 104,
    phone: "trail",
    cell: (row) => <Severity severity={row.severity} />,
  },
  {
    key: "key",
    label: "Vulnerability",
    phone: "lead",
    cell: (row) => (
      <div className="bw-row">
        <Link href={links.vulnerability(row.key)} className="bw-medium bw-nowrap">
          {row.key}
        </Link>
        {row.kev && <Kev />}
        <span className="bw-second bw-cut" title={row.title}>
          {row.title}
        </span>
      </div>
    ),
  },
  {
    key: "epss",
    label: "EPSS",
    width: 80,
    align: "right",
    leavesBelow: 1200,
    cell: (row) => <span className={row.epss === null ? "bw-muted" : undefined}>{formatShare(row.epss, 1)}</span>,
  },
  {
    key: "images",
    label: "Images",
    width: 76,
    align: "right",
    phone: "none",
    cell: (row) => (
      <Figure value={row.images} href={`${links.vulnerability(row.key)}?by=image`} name={`images with ${row.key}`} />
    ),
  },
  {
    key: "fix",
    label: "Fix",
    width: 220,
    phone: "line",
    cell: (row) =>
      row.package && row.target ? (
        <span className="bw-mono bw-small bw-cut" title={`Upgrade ${row.package} to ${row.target}`}>
          {row.package} → {row.target}
        </span>
      ) : (
        <span className="bw-second">None yet</span>
      ),
  },
];

/** The worst images of everything that is connected. */
export function RiskyImages({ images }: { images: RiskyImage[] }) {
  return (
    <SheetSection
      span={8}
      title="Riskiest images"
      reading="Tagged or current images with the most exploited, critical and high findings."
    >
      <DataTable
        label="Riskiest images"
        rows="detail"
        isInset
        columns={imageColumns}
        state={images.length === 0 ? { kind: "empty" } : { kind: "ready", rows: images, more: null }}
        rowKey={(row) => `${row.registryId} ${row.digest}`}
        rowHref={hrefOf}
        empty={<p className="bw-second">No assessed image has an open finding.</p>}
      />
    </SheetSection>
  );
}

function hrefOf(row: RiskyImage): string {
  return links.image(row.digest, { registryId: row.registryId, repository: row.repository });
}

const imageColumns: Column<RiskyImage>[] = [
  {
    key: "name",
    label: "Image",
    phone: "lead",
    cell: (row) => (
      <div className="bw-row">
        <Link href={hrefOf(row)} className="bw-name bw-cut" title={`${row.repository}:${row.tag ?? ""}`}>
          {row.repository}
          {row.tag && <span className="bw-second">:{row.tag}</span>}
        </Link>
        {row.kev > 0 && <Kev />}
      </div>
    ),
  },
  {
    key: "registry",
    label: "Registry",
    width: 132,
    leavesBelow: 1200,
    cell: (row) => <span className="bw-second">{row.registry}</span>,
  },
  {
    key: "findings",
    label: "Open vulnerabilities",
    width: 190,
    phone: "line",
    cell: (row) => <SeverityCounts counts={row} />,
  },
  {
    key: "fixable",
    label: "Fixable",
    width: 76,
    align: "right",
    leavesBelow: 860,
    cell: (row) => formatNumber(row.fixable),
  },
];
