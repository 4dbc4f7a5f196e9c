"use client";
import Link from "next/link";
import { useState } from "react";
import { links } from "#domain/links.ts";
import type { HostDetail } from "#queries/host/host-detail.ts";
import type { HostReportRow } from "#queries/host/host-reports.ts";
import { toProblem } from "../data/problem.ts";
import { useUrlState } from "../data/use-url-state.ts";
import { useView } from "../data/use-view.ts";
import { HealthMark, type HealthValue, healthWords } from "../marks/health.tsx";
import { Signal } from "../marks/signal.tsx";
import { EmptyState } from "../state/empty-state.tsx";
import { ErrorCard } from "../state/error-card.tsx";
import { LoadingBars } from "../state/loading-bars.tsx";
import { formatBytes, plural } from "../text/format-number.ts";
import { formatInstant, RelativeTime } from "../text/relative-time.tsx";
import styles from "./host.module.css";
import { ReportDiff } from "./report-diff.tsx";

/** What the agent sent, what each report changed, and how any two differ. */
export function ReportsTab({ host }: { host: HostDetail }) {
  const url = useUrlState();
  const view = useView<{ rows: HostReportRow[] }>(
    { view: `hosts/${host.id}/reports` },
    { topics: [`host:${host.id}`] },
  );
  const rows = view.data?.rows;
  if (!rows)
    return (
      <div className="bw-pad">
        {view.error ? (
          <ErrorCard what="the reports" problem={toProblem(view.error)} retry={() => void view.refetch()} />
        ) : (
          <LoadingBars count={4} />
        )}
      </div>
    );
  if (rows.length === 0)
    return (
      <div className="bw-pad" style={{ paddingTop: 24 }}>
        <EmptyState title="No reports yet">
          The agent sends one when it starts, on every change and every 6 h.
        </EmptyState>
      </div>
    );
  const chosen = (url.get("compare") ?? "").split(",").filter((id) => rows.some((row) => row.id === id));
  const toggle = (id: string) => {
    const next = chosen.includes(id) ? chosen.filter((other) => other !== id) : [...chosen, id].slice(-2);
    url.set({ compare: next.join(",") });
  };
  // Rows come newest first, so the later index is the older report.
  const [to, from] = rows.filter((row) => chosen.includes(row.id));
  return (
    <div className={styles.reports}>
      <p className="bw-second">
        Choose two reports to see what differs on the host. The content of the last 10 is kept; what each changed stays.
      </p>
      {from && to ? (
        <ReportDiff hostId={host.id} from={from} to={to} close={() => url.set({ compare: undefined })} />
      ) : (
        chosen.length === 1 && <p className="bw-muted">Choose one more.</p>
      )}
      <table className={styles.table} aria-label="Reports">
        <colgroup>
          <col style={{ width: 44 }} />
          <col style={{ width: 168 }} />
          <col />
          <col style={{ width: 92 }} />
          <col style={{ width: 84 }} />
          <col style={{ width: 84 }} />
        </colgroup>
        <thead>
          <tr>
            <th>
              <span className="bw-hidden">Compare</span>
            </th>
            <th>Collected</th>
            <th>What it changed</th>
            <th className="bw-right">Agent</th>
            <th className="bw-right">Size</th>
            <th className="bw-right">Arrived</th>
          </tr>
        </thead>
        <tbody>
          {rows.map((row, index) => (
            <tr key={row.id}>
              <td>
                <input
                  type="checkbox"
                  aria-label={`Compare the report of ${formatInstant(row.collectedAt)}`}
                  checked={chosen.includes(row.id)}
                  disabled={!row.hasBody}
                  title={row.hasBody ? undefined : "The content of this report is no longer kept"}
                  onChange={() => toggle(row.id)}
                />
              </td>
              <td>{formatInstant(row.collectedAt)}</td>
              <td className={styles.changes}>
                <Changes hostId={host.id} row={row} isFirst={index === rows.length - 1} />
              </td>
              <td className="bw-second bw-right">{row.agentVersion}</td>
              <td className="bw-second bw-right">{formatBytes(row.sizeBytes)}</td>
              <td className="bw-second bw-right">
                <RelativeTime at={row.receivedAt} now={host.readAt} />
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

const CHANGES = 6;

function Changes({ hostId, row, isFirst }: { hostId: string; row: HostReportRow; isFirst: boolean }) {
  const [isWhole, setWhole] = useState(false);
  if (row.state === "failed") return <Signal signal="noRight">{row.error ?? "It could not be read"}</Signal>;
  if (row.state === "accepted") return <Signal signal="waiting">Waits to be assessed</Signal>;
  const changes = row.changes ?? [];
  if (changes.length === 0)
    return <span className="bw-muted">{isFirst ? "The first look at this host" : "No control changed"}</span>;
  return (
    <ul>
      {changes.slice(0, isWhole ? undefined : CHANGES).map((change) => (
        <li key={change.ruleId}>
          <HealthMark health={asHealth(change.to)} />
          <Link href={`${links.host(hostId)}?control=${encodeURIComponent(change.ruleId)}`}>
            {change.title ?? change.ruleId}
          </Link>
          <span className="bw-muted">
            {healthWords[asHealth(change.from)]} → {healthWords[asHealth(change.to)]}
          </span>
        </li>
      ))}
      {changes.length > CHANGES && !isWhole && (
        <li>
          <button type="button" className="bw-link-button" onClick={() => setWhole(true)}>
            {plural(changes.length - CHANGES, "more control", "more controls")}
          </button>
        </li>
      )}
    </ul>
  );
}

function asHealth(status: string | null): HealthValue {
  return status !== null && status in healthWords ? (status as HealthValue) : "unknown";
}
