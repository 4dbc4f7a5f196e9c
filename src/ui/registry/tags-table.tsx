"use client";
import Link from "next/link";
import { artifactWords } from "#domain/artifact-kind.ts";
import { links } from "#domain/links.ts";
import type { RepositoryDetail, TagRow } from "#queries/registry/repository-detail.ts";
import { Health } from "../marks/health.tsx";
import { SeverityCounts } from "../marks/severity-counts.tsx";
import { EmptyState } from "../state/empty-state.tsx";
import type { Column } from "../table/column.ts";
import { DataTable } from "../table/data-table.tsx";
import { DigestText } from "../text/digest-text.tsx";
import { RelativeTime } from "../text/relative-time.tsx";

/** The tags as they stand, retired ones last with the reason. */
export function TagsTable({ detail }: { detail: RepositoryDetail }) {
  return (
    <>
      <div style={{ height: 16 }} />
      <DataTable
        label="Tags"
        noun="tags"
        rows="detail"
        columns={columnsOf(detail)}
        state={detail.tags.length === 0 ? { kind: "empty" } : { kind: "ready", rows: detail.tags, more: null }}
        rowKey={(row) => row.name}
        rowHref={(row) => hrefOf(detail, row)}
        isMuted={(row) => row.retiredAt !== null}
        empty={<EmptyState title="No tags">Images of this repository are only known by digest.</EmptyState>}
      />
      {detail.hasMoreTags && (
        <p className="bw-muted bw-pad">The newest 200 tags are shown. Older ones are under Pushes.</p>
      )}
    </>
  );
}

/** An artifact leads to the image that it is about; one that is about none has no page. */
function hrefOf(detail: RepositoryDetail, row: TagRow): string | undefined {
  if (row.artifact)
    return row.subject
      ? links.image(row.subject, { registryId: detail.registry.id, repository: detail.name })
      : undefined;
  return links.image(row.digest, { registryId: detail.registry.id, repository: detail.name });
}

function columnsOf(detail: RepositoryDetail): Column<TagRow>[] {
  return [
    {
      key: "name",
      label: "Tag",
      phone: "lead",
      cell: (row) => <TagName row={row} href={hrefOf(detail, row)} />,
    },
    { key: "digest", label: "Digest", width: 160, leavesBelow: 860, cell: (row) => <DigestText digest={row.digest} /> },
    {
      key: "platforms",
      label: "Platforms",
      width: 200,
      leavesBelow: 1040,
      cell: (row) => (
        <span className="bw-second">
          {row.artifact ? artifactWords[row.artifact].one : row.platforms.join(", ") || "–"}
        </span>
      ),
    },
    {
      key: "findings",
      label: "Open vulnerabilities",
      width: 200,
      phone: "line",
      cell: (row) => <Findings row={row} />,
    },
    {
      key: "moved",
      label: "Moved",
      width: 96,
      align: "right",
      phone: "trail",
      cell: (row) => <RelativeTime at={row.movedAt} />,
    },
    {
      key: "state",
      label: "State",
      width: 220,
      leavesBelow: 860,
      cell: (row) => (
        <span className="bw-muted" title={row.retiredReason ?? undefined}>
          {row.retiredAt ? `Retired, ${row.retiredReason ?? "gone from the registry"}` : "Current"}
        </span>
      ),
    },
  ];
}

function TagName({ row, href }: { row: TagRow; href: string | undefined }) {
  if (!href)
    return (
      <span className="bw-name bw-cut" title={row.name}>
        {row.name}
      </span>
    );
  return (
    <Link href={href} className="bw-name bw-cut" title={row.name}>
      {row.name}
    </Link>
  );
}

function Findings({ row }: { row: TagRow }) {
  if (row.artifact)
    return <span className="bw-muted">{row.subject ? "Not an image, lies beside one" : "Not an image"}</span>;
  if (row.retiredAt) return <span className="bw-muted">–</span>;
  if (row.critical + row.high + row.medium + row.low > 0) return <SeverityCounts counts={row} />;
  if (row.unrated > 0) return <SeverityCounts counts={row} spread="inline" />;
  return row.posture === "healthy" ? <span className="bw-muted">None open</span> : <Health health="unknown" />;
}
