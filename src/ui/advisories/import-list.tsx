"use client";
import { Button } from "@mantine/core";
import { useState } from "react";
import type {
  AdvisoryImportFile,
  AdvisoryImportItem,
  AdvisoryImportList,
} from "#queries/advisory/advisory-import-list.ts";
import { useChange } from "../data/use-change.ts";
import { useUrlState } from "../data/use-url-state.ts";
import { useListView } from "../data/use-view.ts";
import { Signal } from "../marks/signal.tsx";
import { DemoTag } from "../marks/tag.tsx";
import { Views } from "../page/views.tsx";
import { Confirm } from "../settings/confirm.tsx";
import { EmptyState } from "../state/empty-state.tsx";
import type { Column } from "../table/column.ts";
import { DataTable } from "../table/data-table.tsx";
import { tableState } from "../table/table-state.ts";
import { formatBounded, formatDuration, formatNumber, plural } from "../text/format-number.ts";
import { RelativeTime } from "../text/relative-time.tsx";
import styles from "./advisories.module.css";

/** Imports, newest first; those that wait for a decision above the list with what they would change. */
export function ImportList() {
  const url = useUrlState();
  const state = url.get("imports");
  const waiting = useListView<AdvisoryImportList>(
    { view: "advisories/imports", params: { state: "waiting" } },
    { topics: ["advisories"] },
  );
  const list = useListView<AdvisoryImportList>(
    { view: "advisories/imports", params: { state } },
    { topics: ["advisories", "jobs"] },
  );
  const rows = list.data?.pages.flatMap((page) => page.items);
  return (
    <section aria-label="Imports">
      <h2 className="bw-h2">Imports</h2>
      {waiting.data?.pages
        .flatMap((page) => page.items)
        .map((item) => (
          <WaitingImport key={item.id} item={item} />
        ))}
      <div className={styles.views}>
        <Views
          label="Imports"
          views={[
            {
              label: "All",
              href: url.href({ imports: undefined }),
              isCurrent: !state,
              ...(state ? {} : { count: list.data?.pages[0]?.total }),
            },
            {
              label: "Waiting",
              href: url.href({ imports: "waiting" }),
              isCurrent: state === "waiting",
              count: waiting.data?.pages[0]?.total,
            },
            { label: "Failed", href: url.href({ imports: "failed" }), isCurrent: state === "failed" },
          ]}
        />
      </div>
      <DataTable
        label="Imports"
        noun="imports"
        isInset
        columns={columns}
        state={tableState(list, rows, Boolean(state))}
        rowKey={(row) => row.id}
        empty={
          <EmptyState title="Nothing was imported yet">
            An import comes from the public feeds, an address, or a file that an admin uploads.
          </EmptyState>
        }
        filteredEmpty={
          <EmptyState title={state === "waiting" ? "No import waits for a decision" : "No import failed"} />
        }
      />
    </section>
  );
}

function WaitingImport({ item }: { item: AdvisoryImportItem }) {
  const [decision, setDecision] = useState<"approve" | "reject" | null>(null);
  const change = useChange<"approve" | "reject">(
    (verdict) => ({ method: "POST", path: `/api/v1/advisories/imports/${item.id}`, body: { decision: verdict } }),
    () => setDecision(null),
  );
  return (
    <article className={styles.waiting} aria-label={`Waiting import ${item.source}`}>
      <header>
        <Signal signal="waiting">Waits for a decision</Signal>
        <b>{item.source}</b>
        <span className="bw-muted">
          <RelativeTime at={item.createdAt} ago />
          {item.requestedBy && `, asked for by ${item.requestedBy}`}
        </span>
        {item.canDecide && (
          <span className="bw-row bw-push">
            <Button onClick={() => setDecision("reject")}>Reject</Button>
            <Button onClick={() => setDecision("approve")}>Approve</Button>
          </span>
        )}
      </header>
      <ul className={styles.files}>
        {item.files.map((file) => (
          <li key={`${file.file} ${file.feedId}`}>
            <WouldChange file={file} />
          </li>
        ))}
      </ul>
      <Confirm
        title={decision === "reject" ? `Reject ${item.source}` : `Approve ${item.source}`}
        isOpen={decision !== null}
        close={() => setDecision(null)}
        action={decision === "reject" ? "Reject" : "Approve"}
        onConfirm={() => decision && change.run(decision)}
        isRunning={change.isRunning}
        problem={change.problem}
      >
        {decision === "reject"
          ? "Nothing is imported. The advisories stay as they are."
          : "The records are imported and every touched package is matched again. Counts follow within seconds."}
      </Confirm>
    </article>
  );
}

/** "Debian: 34 692 records, 12 new, 3 changed, 9 000 gone. Would open 4 findings and close 812." */
function WouldChange({ file }: { file: AdvisoryImportFile }) {
  return (
    <>
      <b>{file.title}</b>: {plural(file.records, "record")}, {formatNumber(file.added)} new,{" "}
      {formatNumber(file.changed)} changed, {formatNumber(file.removed)} gone.
      {file.preview &&
        ` It would add ${plural(file.preview.newMatches, "match", "matches")} and end ${formatNumber(file.preview.resolvedMatches)} of ${formatNumber(file.preview.matches)}.`}
      {file.reason && <span className="bw-signal"> {file.reason}</span>}
    </>
  );
}

const columns: Column<AdvisoryImportItem>[] = [
  {
    key: "source",
    label: "From",
    phone: "lead",
    cell: (row) => (
      <>
        <span className="bw-row">
          <span className="bw-name bw-cut" title={row.source}>
            {row.source}
          </span>
          {row.isDemo && <DemoTag />}
        </span>
        <div className="bw-sub bw-cut">
          {kindWords[row.sourceKind]}
          {row.requestedBy && `, asked for by ${row.requestedBy}`}
          {row.decidedBy && `, decided by ${row.decidedBy}`}
        </div>
      </>
    ),
  },
  { key: "state", label: "Result", width: 420, phone: "line", cell: (row) => <Result row={row} /> },
  {
    key: "matches",
    label: "Matches",
    width: 150,
    align: "right",
    phone: "line",
    leavesBelow: 860,
    cell: (row) =>
      row.state === "done" || row.state === "partial" ? (
        `+${formatBounded(row.newMatches)} \u2212${formatBounded(row.resolvedMatches)}`
      ) : (
        <span className="bw-muted">–</span>
      ),
  },
  {
    key: "at",
    label: "When",
    width: 100,
    align: "right",
    phone: "trail",
    cell: (row) => <RelativeTime at={row.createdAt} ago />,
  },
];

const kindWords: Record<AdvisoryImportItem["sourceKind"], string> = {
  upload: "Uploaded file",
  path: "Folder or file of the server",
  url: "Address",
  pull: "Public feed",
  demo: "Demo",
};

function Result({ row }: { row: AdvisoryImportItem }) {
  switch (row.state) {
    case "queued":
      return <span className="bw-second">Waits for the worker</span>;
    case "running":
      return <span className="bw-second">Under way, {plural(row.files.length, "file")} so far</span>;
    case "waiting":
      return <Signal signal="waiting">Waits for a decision</Signal>;
    case "failed":
      return (
        <Signal signal="unreachable" title={row.error ?? ""}>
          Failed: {row.error ?? row.files.find((file) => file.reason)?.reason ?? "no reason was kept"}
        </Signal>
      );
    case "partial":
      return (
        <>
          <Signal signal="degraded">Partly imported</Signal>
          <FileLines row={row} />
        </>
      );
    case "done":
      return <FileLines row={row} />;
    default:
      return unreachable(row.state);
  }
}

/** What the files of an import came to, worst first. */
function FileLines({ row }: { row: AdvisoryImportItem }) {
  const sum = (pick: (file: AdvisoryImportFile) => number) => row.files.reduce((total, file) => total + pick(file), 0);
  const bad = row.files.filter((file) => file.state === "failed" || file.state === "refused");
  const text = `${plural(
    sum((file) => file.records),
    "record",
  )}: ${formatNumber(sum((file) => file.added))} new, ${formatNumber(sum((file) => file.changed))} changed, ${formatNumber(sum((file) => file.removed))} gone`;
  const title = row.files
    .map(
      (file) =>
        `${file.title}: ${file.state}, ${file.records} records, ${formatDuration(file.durationMs)}${file.reason ? `, ${file.reason}` : ""}`,
    )
    .join("\n");
  return (
    <>
      <span title={title}>{text}</span>
      {bad.length > 0 && (
        <div className="bw-sub bw-cut bw-signal" title={title}>
          {bad.map((file) => `${file.title}: ${file.reason ?? file.state}`).join("; ")}
        </div>
      )}
    </>
  );
}

function unreachable(state: never): never {
  throw new Error(`Unknown import state: ${String(state)}`);
}
