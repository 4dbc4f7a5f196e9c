"use client";
import type { HostReportRow, ReportDifference } from "#queries/host/host-reports.ts";
import { toProblem } from "../data/problem.ts";
import { useView } from "../data/use-view.ts";
import { ErrorCard } from "../state/error-card.tsx";
import { LoadingBars } from "../state/loading-bars.tsx";
import { plural } from "../text/format-number.ts";
import { formatInstant } from "../text/relative-time.tsx";
import styles from "./host.module.css";

interface Props {
  hostId: string;
  from: HostReportRow;
  to: HostReportRow;
  close: () => void;
}

/** What differs between two reports, value by value. */
export function ReportDiff({ hostId, from, to, close }: Props) {
  const view = useView<{ differences: ReportDifference[]; isCut: boolean }>({
    view: `hosts/${hostId}/reports/diff`,
    params: { from: from.id, to: to.id },
  });
  const data = view.data;
  return (
    <section className={styles.diff} aria-label="Differences">
      <header>
        <h2 className="bw-h2">
          {formatInstant(from.collectedAt)} → {formatInstant(to.collectedAt)}
        </h2>
        {data && (
          <span className="bw-sub">
            {data.isCut ? "More than 500 differences, the first 500" : plural(data.differences.length, "difference")}
          </span>
        )}
        <button type="button" className="bw-link-button bw-push" onClick={close}>
          Close
        </button>
      </header>
      {view.error ? (
        <ErrorCard what="the differences" problem={toProblem(view.error)} retry={() => void view.refetch()} />
      ) : !data ? (
        <LoadingBars count={3} />
      ) : data.differences.length === 0 ? (
        <p className="bw-muted">The agent read the same both times.</p>
      ) : (
        <table className={styles.diffTable} aria-label="Differences">
          <thead>
            <tr>
              <th>Where</th>
              <th>Before</th>
              <th>After</th>
            </tr>
          </thead>
          <tbody>
            {data.differences.map((difference) => (
              <tr key={difference.path}>
                <td title={difference.path}>{difference.path}</td>
                <Value text={difference.before} />
                <Value text={difference.after} />
              </tr>
            ))}
          </tbody>
        </table>
      )}
    </section>
  );
}

function Value({ text }: { text: string | null }) {
  return <td title={text ?? undefined}>{text ?? <span className="bw-muted">Not there</span>}</td>;
}
