"use client";
import Link from "next/link";
import { links } from "#domain/links.ts";
import { queueWord } from "#domain/queue-words.ts";
import type { FeedHealth, ProcessHealth, QueueHealth, SystemHealth } from "#queries/queue/system-health.ts";
import { Signal } from "../marks/signal.tsx";
import { useMay } from "../shell/frame-context.tsx";
import type { Column } from "../table/column.ts";
import { DataTable } from "../table/data-table.tsx";
import { Figure } from "../text/figure.tsx";
import { formatBytes, formatNumber, plural } from "../text/format-number.ts";
import { formatMinute, RelativeTime } from "../text/relative-time.tsx";
import styles from "./health.module.css";

/** Processes that were heard of in the last day. */
export function ProcessSection({ health }: { health: SystemHealth }) {
  const readAt = health.asOf.readAt;
  const columns: Column<ProcessHealth>[] = [
    {
      key: "role",
      label: "Process",
      phone: "lead",
      cell: (row) => <span className="bw-name">{row.role === "web" ? "Web" : "Worker"}</span>,
    },
    {
      key: "state",
      label: "State",
      width: 180,
      phone: "trail",
      cell: (row) => (row.state === "alive" ? "Running" : <Signal signal="unreachable">Silent</Signal>),
    },
    {
      key: "seen",
      label: "Last heard",
      width: 130,
      align: "right",
      cell: (row) => <RelativeTime at={row.seenAt} now={readAt} ago />,
    },
    {
      key: "started",
      label: "Started",
      width: 130,
      align: "right",
      leavesBelow: 860,
      cell: (row) => <RelativeTime at={row.startedAt} now={readAt} ago />,
    },
    { key: "version", label: "Version", width: 110, align: "right", leavesBelow: 860, cell: (row) => row.version },
  ];
  return (
    <section aria-label="Processes">
      <h2 className="bw-h2">Processes</h2>
      {health.processes.length === 0 ? (
        <p className="bw-signal">No process was heard of in the last 24 h.</p>
      ) : (
        <DataTable
          label="Processes"
          rows="detail"
          isInset
          columns={columns}
          state={{ kind: "ready", rows: health.processes, more: null }}
          rowKey={(row) => row.id}
          empty={null}
        />
      )}
    </section>
  );
}

/** How deep each queue is, how long its oldest job waits, and how fast it works. */
export function QueueSection({ health }: { health: SystemHealth }) {
  const isAdmin = useMay("admin");
  const to = (state: string, queue: string) =>
    isAdmin ? { href: `${links.settings("health")}?state=${state}&queue=${queue}` } : {};
  const columns: Column<QueueHealth>[] = [
    {
      key: "name",
      label: "Queue",
      phone: "lead",
      cell: (row) => <span className="bw-name">{queueWord(row.name)}</span>,
    },
    {
      key: "waiting",
      label: "Waiting",
      width: 100,
      align: "right",
      cell: (row) => (
        <Figure value={row.waiting} {...to("waiting", row.name)} name={`waiting jobs, ${queueWord(row.name)}`} />
      ),
    },
    {
      key: "oldest",
      label: "Oldest",
      width: 100,
      align: "right",
      leavesBelow: 860,
      cell: (row) => <RelativeTime at={row.oldestWaitingAt} now={health.asOf.readAt} />,
    },
    {
      key: "running",
      label: "Running",
      width: 100,
      align: "right",
      cell: (row) => (
        <Figure value={row.running} {...to("running", row.name)} name={`running jobs, ${queueWord(row.name)}`} />
      ),
    },
    {
      key: "failed",
      label: "Failed",
      width: 100,
      align: "right",
      phone: "trail",
      cell: (row) => (
        <Figure value={row.failed} {...to("failed", row.name)} name={`failed jobs, ${queueWord(row.name)}`} />
      ),
    },
    {
      key: "rate",
      label: "Done per hour",
      width: 130,
      align: "right",
      leavesBelow: 860,
      cell: (row) => (
        <span className={row.doneLastHour === 0 ? "bw-muted" : undefined}>{formatNumber(row.doneLastHour)}</span>
      ),
    },
  ];
  return (
    <section aria-label="Queues">
      <h2 className="bw-h2">Queues</h2>
      {health.queues.length === 0 ? (
        <p className="bw-signal">The queue has not started yet. The worker makes it at its first start.</p>
      ) : (
        <DataTable
          label="Queues"
          rows="detail"
          isInset
          columns={columns}
          state={{ kind: "ready", rows: health.queues, more: null }}
          rowKey={(row) => row.name}
          empty={null}
        />
      )}
    </section>
  );
}

/** Age of each feed; the page of advisories has the rest. */
export function FeedSection({ health }: { health: SystemHealth }) {
  const columns: Column<FeedHealth>[] = [
    { key: "title", label: "Feed", phone: "lead", cell: (row) => <span className="bw-name">{row.title}</span> },
    {
      key: "state",
      label: "State",
      width: 380,
      phone: "line",
      cell: (row) =>
        row.lastError ? (
          <Signal signal="unreachable" title={row.lastError}>
            {row.lastError}
          </Signal>
        ) : (
          "Readable"
        ),
    },
    {
      key: "records",
      label: "Records",
      width: 110,
      align: "right",
      phone: "trail",
      cell: (row) => formatNumber(row.records),
    },
    {
      key: "data",
      label: "Data of",
      width: 170,
      align: "right",
      leavesBelow: 860,
      cell: (row) => (row.dataDate ? formatMinute(row.dataDate) : "–"),
    },
    {
      key: "checked",
      label: "Looked at",
      width: 120,
      align: "right",
      leavesBelow: 1040,
      cell: (row) => <RelativeTime at={row.lastCheckedAt} now={health.asOf.readAt} ago />,
    },
  ];
  return (
    <section aria-label="Feeds">
      <h2 className="bw-h2">
        Advisory feeds <Link href={links.settings("advisories")}>All about them</Link>
      </h2>
      {health.feeds.length === 0 ? (
        <p className="bw-signal">No feed was ever read, so images cannot be assessed.</p>
      ) : (
        <DataTable
          label="Feeds"
          rows="detail"
          isInset
          columns={columns}
          state={{ kind: "ready", rows: health.feeds, more: null }}
          rowKey={(row) => row.id}
          empty={null}
        />
      )}
    </section>
  );
}

type TableSize = SystemHealth["database"]["tables"][number];

const tableColumns: Column<TableSize>[] = [
  { key: "name", label: "Table", phone: "lead", cell: (row) => <span className="bw-mono">{row.name}</span> },
  {
    key: "rows",
    label: "Rows, estimated",
    width: 160,
    align: "right",
    phone: "line",
    cell: (row) => formatNumber(Number(row.rows)),
  },
  {
    key: "bytes",
    label: "Size",
    width: 110,
    align: "right",
    phone: "trail",
    cell: (row) => formatBytes(Number(row.bytes)),
  },
];

/** How large the database is and which tables make it so. */
export function DatabaseSection({ health: { database } }: { health: SystemHealth }) {
  return (
    <section aria-label="Database">
      <h2 className="bw-h2">Database</h2>
      <p className="bw-second">
        Postgres {database.version}, {formatBytes(Number(database.bytes))}, {plural(database.connections, "connection")}
        . The largest tables:
      </p>
      <div className={styles.narrow}>
        <DataTable
          label="Largest tables"
          rows="detail"
          isInset
          columns={tableColumns}
          state={{ kind: "ready", rows: database.tables, more: null }}
          rowKey={(row) => row.name}
          empty={null}
        />
      </div>
    </section>
  );
}
