"use client";
import Link from "next/link";
import { shortDigest } from "#domain/digest.ts";
import { links } from "#domain/links.ts";
import type { RepositoryDetail } from "#queries/registry/repository-detail.ts";
import type { PushRow, RepositoryPushes } from "#queries/registry/repository-pushes.ts";
import { useUrlState } from "../data/use-url-state.ts";
import { useListView } from "../data/use-view.ts";
import { Icon } from "../icon.tsx";
import { Health } from "../marks/health.tsx";
import { SeverityCounts } from "../marks/severity-counts.tsx";
import { Signal } from "../marks/signal.tsx";
import { ChoiceFilter, FilterBar } from "../page/filter-bar.tsx";
import { EmptyState } from "../state/empty-state.tsx";
import { FilteredEmpty } from "../state/filtered-empty.tsx";
import type { Column } from "../table/column.ts";
import { DataTable } from "../table/data-table.tsx";
import { tableState } from "../table/table-state.ts";
import { formatNumber } from "../text/format-number.ts";
import { formatMinute, RelativeTime } from "../text/relative-time.tsx";
import styles from "./registry.module.css";
import { scanProgress } from "./scan-progress.ts";
import { Track } from "./sync-progress.tsx";

/** Every move of a tag, newest first. */
export function PushTimeline({ detail }: { detail: RepositoryDetail }) {
  const url = useUrlState();
  const { tab: _, ...params } = url.params;
  const isScanning = detail.scans.running + detail.scans.queued > 0;
  const list = useListView<RepositoryPushes>(
    { view: `registries/${detail.registry.id}/pushes`, params: { ...params, repository: detail.name } },
    { topics: [`registry:${detail.registry.id}`, "containers"], refetchInterval: isScanning ? 2000 : false },
  );
  const first = list.data?.pages[0];
  const rows = list.data?.pages.flatMap((page) => page.rows);
  const tag = url.get("tag");
  return (
    <>
      <div style={{ height: 8 }} />
      <FilterBar>
        <ChoiceFilter
          label="Tag"
          choices={(first?.tags ?? []).map((name) => ({ value: name, label: name }))}
          value={tag}
          onChange={(value) => url.set({ tag: value })}
        />
      </FilterBar>
      <DataTable
        label="Pushes"
        noun="pushes"
        columns={columnsOf(detail)}
        state={tableState(list, rows, Boolean(tag))}
        rowKey={(row) => row.id}
        rowHref={(row) => imageHref(detail, row)}
        isMuted={(row) => row.retiredAt !== null}
        empty={
          <EmptyState title="No push has been seen">
            Pushes appear here with what each of them introduced and fixed.
          </EmptyState>
        }
        filteredEmpty={
          <FilteredEmpty
            noun={["push", "pushes"]}
            filters={1}
            hidden={null}
            clear={() => url.set({ tag: undefined })}
          />
        }
      />
    </>
  );
}

function imageHref(detail: RepositoryDetail, row: PushRow): string {
  return links.image(row.digest, { registryId: detail.registry.id, repository: detail.name });
}

const sources: Record<string, string> = {
  webhook: "seen by event",
  reconcile: "found by comparing",
  person: "asked for by a person",
};

function columnsOf(detail: RepositoryDetail): Column<PushRow>[] {
  return [
    {
      key: "when",
      label: "When",
      width: 148,
      phone: "trail",
      cell: (row) => (
        <>
          <div>
            <RelativeTime at={row.pushedAt} ago />
          </div>
          <div className="bw-sub">{formatMinute(row.pushedAt)}</div>
        </>
      ),
    },
    {
      key: "tag",
      label: "Tag",
      width: 264,
      phone: "lead",
      cell: (row) => (
        <>
          <div>
            <Link href={imageHref(detail, row)} className="bw-name bw-cut" title={row.tag ?? "pushed by digest"}>
              {row.tag ?? "by digest"}
            </Link>
          </div>
          <div className="bw-sub bw-cut">
            {row.actor ? `by ${row.actor}` : "by whom is not said"}, {sources[row.source] ?? row.source}
          </div>
        </>
      ),
    },
    { key: "digest", label: "Old → new digest", width: 250, leavesBelow: 1040, cell: (row) => <Digests row={row} /> },
    { key: "changes", label: "Introduced, fixed", width: 152, phone: "line", cell: (row) => <Changes row={row} /> },
    { key: "open", label: "Open vulnerabilities", phone: "line", cell: (row) => <Result row={row} /> },
  ];
}

function Digests({ row }: { row: PushRow }) {
  return (
    <>
      <div className={`${styles.digests} bw-mono`}>
        {row.previousDigest ? (
          <span title={row.previousDigest}>{shortDigest(row.previousDigest)}</span>
        ) : (
          <span style={{ fontFamily: "var(--bw-sans)" }}>new tag</span>
        )}
        <Icon name="arrow" size={12} />
        <span title={row.digest} style={{ color: "var(--bw-ink)" }}>
          {shortDigest(row.digest)}
        </span>
      </div>
      {row.platforms > 1 && <div className="bw-sub">{formatNumber(row.platforms)} platforms</div>}
    </>
  );
}

function Changes({ row }: { row: PushRow }) {
  if (!row.previousDigest) return <span className="bw-muted">First push</span>;
  if (row.previousDigest === row.digest) return <span className="bw-muted">Same image</span>;
  if (!row.changes) {
    return (
      <span className="bw-muted" title="One of the two images is not assessed">
        Not known
      </span>
    );
  }
  const { introduced, fixed } = row.changes;
  if (introduced + fixed === 0) return <span className="bw-muted">No change</span>;
  return (
    <span className={styles.change}>
      <span className={introduced === 0 ? "bw-muted" : undefined}>
        +{formatNumber(introduced)}
        <span className="bw-hidden"> introduced</span>
      </span>
      <span style={{ color: fixed > 0 ? "var(--bw-healthy-text)" : "var(--bw-ink-3)" }}>
        −{formatNumber(fixed)}
        <span className="bw-hidden"> fixed</span>
      </span>
    </span>
  );
}

function Result({ row }: { row: PushRow }) {
  if (row.retiredAt) {
    return <span className="bw-muted">Retired, {row.retiredReason ?? "gone from the registry"}</span>;
  }
  if (row.scanState === "scanning" || row.scanState === "queued") {
    const progress = scanProgress(row);
    return (
      <div style={{ display: "grid", gap: 4, maxWidth: 240 }}>
        <span className="bw-second">{progress.text}</span>
        {progress.share !== null && <Track done={progress.share * 100} total={100} label="Scan" />}
      </div>
    );
  }
  if (row.scanState === "failed") {
    return (
      <Signal signal="noRight" title={row.scanReason ?? "The scan failed"}>
        Scan failed
      </Signal>
    );
  }
  if (row.scanState === null) return <Signal signal="waiting">Not read yet</Signal>;
  if (row.critical + row.high + row.medium + row.low > 0) return <SeverityCounts counts={row} />;
  if (row.unrated > 0) return <SeverityCounts counts={row} spread="inline" />;
  return row.posture === "healthy" ? <span className="bw-muted">None open</span> : <Health health="unknown" />;
}
