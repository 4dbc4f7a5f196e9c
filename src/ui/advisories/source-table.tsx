"use client";
import { Button } from "@mantine/core";
import type { AdvisorySource, AdvisorySources } from "#queries/advisory/advisory-sources.ts";
import { Signal, type SignalValue } from "../marks/signal.tsx";
import { DemoTag } from "../marks/tag.tsx";
import { EmptyState } from "../state/empty-state.tsx";
import type { Column } from "../table/column.ts";
import { DataTable } from "../table/data-table.tsx";
import { formatNumber, plural } from "../text/format-number.ts";
import { formatMinute, RelativeTime } from "../text/relative-time.tsx";

const signals: Record<AdvisorySource["state"], SignalValue | null> = {
  ok: null,
  stale: "stale",
  failing: "unreachable",
  waiting: "waiting",
  never: "waiting",
};
const words: Record<AdvisorySource["state"], string> = {
  ok: "Readable",
  stale: "Stale",
  failing: "Failing",
  waiting: "Waits for a decision",
  never: "Never read",
};

const columns: Column<AdvisorySource>[] = [
  {
    key: "title",
    label: "Source",
    phone: "lead",
    cell: (row) => (
      <>
        <span className="bw-row">
          <span className="bw-name">{row.title}</span>
          {row.isDemo && <DemoTag />}
        </span>
        <div className="bw-sub bw-cut" title={row.url ?? ""}>
          {[row.url, row.licence].filter(Boolean).join(", ")}
        </div>
      </>
    ),
  },
  { key: "state", label: "State", width: 360, phone: "line", cell: (row) => <State row={row} /> },
  {
    key: "records",
    label: "Records",
    width: 110,
    align: "right",
    phone: "trail",
    cell: (row) => (row.records === 0 ? <span className="bw-muted">0</span> : formatNumber(row.records)),
  },
  {
    key: "data",
    label: "Data of",
    width: 160,
    align: "right",
    leavesBelow: 860,
    cell: (row) => (row.dataDate ? formatMinute(row.dataDate) : <span className="bw-muted">–</span>),
  },
  {
    key: "checked",
    label: "Looked at",
    width: 110,
    align: "right",
    leavesBelow: 1040,
    cell: (row) => <RelativeTime at={row.lastCheckedAt} ago />,
  },
  {
    key: "changed",
    label: "Changed",
    width: 110,
    align: "right",
    leavesBelow: 1200,
    cell: (row) => <RelativeTime at={row.lastChangedAt} ago />,
  },
];

function State({ row }: { row: AdvisorySource }) {
  const signal = signals[row.state];
  return (
    <>
      {signal ? (
        <Signal signal={signal}>{words[row.state]}</Signal>
      ) : (
        <span className="bw-second">{words[row.state]}</span>
      )}
      {row.problem && (
        <div className="bw-sub bw-cut" title={row.problem}>
          {row.problem}
        </div>
      )}
    </>
  );
}

/** Every feed with its age, its records and what is wrong with it. */
export function SourceTable({
  sources,
  startImport,
}: {
  sources: AdvisorySources;
  startImport: (() => void) | undefined;
}) {
  const imported = sources.items.filter((row) => row.url === null).length;
  return (
    <>
      {imported > 0 && (
        <p className="bw-second" style={{ marginBottom: 8 }}>
          {imported === sources.items.length
            ? "No source has an address: all of them change by import alone."
            : `${plural(imported, "source has", "sources have")} no address and ${imported === 1 ? "changes" : "change"} by import alone.`}
        </p>
      )}
      <DataTable
        label="Sources"
        noun="sources"
        isInset
        columns={columns}
        state={sources.items.length === 0 ? { kind: "empty" } : { kind: "ready", rows: sources.items, more: null }}
        rowKey={(row) => row.id}
        empty={
          <EmptyState
            title="No source yet"
            action={startImport && <Button onClick={startImport}>Import advisories</Button>}
          >
            Import an OSV zip or NDJSON, Alpine secdb, Debian tracker, KEV or EPSS file.
          </EmptyState>
        }
      />
    </>
  );
}
