"use client";
import type { ImageDetail } from "#queries/image/image-detail.ts";
import type { ImageHistory, ScanRun, StatusChange } from "#queries/image/image-history.ts";
import { useUrlState } from "../data/use-url-state.ts";
import { useListView } from "../data/use-view.ts";
import { Signal } from "../marks/signal.tsx";
import { EmptyState } from "../state/empty-state.tsx";
import type { Column } from "../table/column.ts";
import { DataTable } from "../table/data-table.tsx";
import { tableState } from "../table/table-state.ts";
import { formatBytes, formatDuration, formatNumber, plural } from "../text/format-number.ts";
import { formatMinute, RelativeTime } from "../text/relative-time.tsx";
import { statusChange } from "../words/history-words.ts";
import { inWords } from "../words/in-words.ts";
import { DecisionHistory } from "./decision-history.tsx";
import styles from "./image.module.css";
import { imageView } from "./image-params.ts";

/** The scan runs of the image in this registry, and what changed its status since it came. */
export function HistoryTab({ image }: { image: ImageDetail }) {
  const url = useUrlState();
  const list = useListView<ImageHistory>(imageView(image.digest, "history", url.params), {
    topics: [`image:${image.digest}`],
  });
  const rows = list.data?.pages.flatMap((page) => page.scans);
  const changes = list.data?.pages[0]?.changes ?? [];
  const decisions = list.data?.pages[0]?.decisions ?? [];
  return (
    <>
      <div className={styles.section}>
        <h2 className="bw-h2">Scans</h2>
      </div>
      <DataTable
        label="Scans"
        noun="scans"
        rows="detail"
        columns={scanColumns(image.asOf.readAt)}
        state={tableState(list, rows, false)}
        rowKey={(row) => row.id}
        empty={<EmptyState title="No scan yet">A scan is queued when the manifest of the image was read.</EmptyState>}
      />
      {changes.length > 0 && (
        <>
          <div className={styles.section}>
            <h2 className="bw-h2">Status</h2>
          </div>
          <DataTable
            label="Status changes"
            rows="detail"
            columns={changeColumns}
            state={{ kind: "ready", rows: changes, more: null }}
            rowKey={(row) => `${row.at} ${row.ruleId} ${row.toStatus}`}
            empty={null}
          />
        </>
      )}
      <DecisionHistory decisions={decisions} />
    </>
  );
}

const triggerWords: Record<string, string> = {
  push: "Push",
  reconcile: "Found when the registry was listed",
  connected: "Registry connected",
  person: "Asked for by a person",
  analyser: "New analyser version",
};

function scanColumns(readAt: string): Column<ScanRun>[] {
  return [
    {
      key: "at",
      label: "Queued",
      width: 96,
      phone: "trail",
      cell: (row) => <RelativeTime at={row.queuedAt} now={readAt} ago />,
    },
    {
      key: "trigger",
      label: "Why",
      width: 230,
      phone: "lead",
      cell: (row) => triggerWords[row.trigger] ?? inWords(row.trigger),
    },
    { key: "result", label: "Result", phone: "line", cell: (row) => <Result scan={row} /> },
    {
      key: "layers",
      label: "Layers read",
      width: 150,
      align: "right",
      leavesBelow: 860,
      cell: (row) => `${row.layersRead} read, ${row.layersReused} known`,
    },
    {
      key: "pulled",
      label: "Pulled",
      width: 84,
      align: "right",
      leavesBelow: 1040,
      cell: (row) => formatBytes(Number(row.bytesPulled)),
    },
    {
      key: "duration",
      label: "Took",
      width: 76,
      align: "right",
      cell: (row) => (row.durationMs === null ? "–" : formatDuration(row.durationMs)),
    },
    {
      key: "versions",
      label: "Analyser, advisories",
      width: 160,
      align: "right",
      leavesBelow: 1200,
      cell: (row) => `${row.analyserVersion ?? "–"}, ${row.advisoriesVersion ?? "–"}`,
    },
  ];
}

function Result({ scan }: { scan: ScanRun }) {
  if (scan.state === "failed")
    return (
      <Signal
        signal="unreachable"
        {...(scan.error ? { title: scan.error } : {})}
      >{`Failed: ${scan.error ?? "no reason was kept"}`}</Signal>
    );
  if (scan.state === "cancelled") return <span className="bw-muted">Cancelled. {scan.error}</span>;
  if (scan.state === "queued") return <span className="bw-second">Waiting</span>;
  if (scan.state === "scanning") return <span className="bw-second">Under way: {scan.stage}</span>;
  const partial =
    scan.state === "partial"
      ? `, partial: ${scan.diagnostics?.length ? `${plural(scan.diagnostics.length, "part")} not read` : "not all could be judged"}`
      : "";
  return (
    <>
      {plural(scan.packageCount ?? 0, "package")}, {plural(scan.findingCount ?? 0, "open finding")}
      {partial}
    </>
  );
}

const ruleWords: Record<string, string> = {
  "image-vulnerabilities-remediated": "Vulnerabilities",
  "image-distribution-supported": "Distribution",
  "image-assessed": "Assessment",
};

const changeColumns: Column<StatusChange>[] = [
  {
    key: "at",
    label: "When",
    width: 160,
    phone: "trail",
    cell: (row) => <span className="bw-second">{formatMinute(row.at)}</span>,
  },
  {
    key: "what",
    label: "What",
    width: 160,
    phone: "lead",
    cell: (row) => ruleWords[row.ruleId] ?? inWords(row.ruleId),
  },
  {
    key: "change",
    label: "Change",
    phone: "line",
    cell: (row) => (
      <>
        {statusChange(row.fromStatus, row.toStatus, row.cause)}
        {deltaOf(row.detail)}
      </>
    ),
  },
];

function deltaOf(detail: unknown): string {
  if (typeof detail !== "object" || detail === null) return "";
  const { introduced, fixed } = detail as { introduced?: unknown; fixed?: unknown };
  return typeof introduced === "number" && typeof fixed === "number"
    ? `, +${formatNumber(introduced)} \u2212${formatNumber(fixed)}`
    : "";
}
