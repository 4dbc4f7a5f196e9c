"use client";
import { useRef } from "react";
import { Icon } from "../icon.tsx";
import { ErrorCard } from "../state/error-card.tsx";
import { LoadingNote } from "../state/loading-note.tsx";
import { formatNumber } from "../text/format-number.ts";
import type { Column } from "./column.ts";
import styles from "./data-table.module.css";
import { TableBody } from "./table-body.tsx";
import { TableHead } from "./table-head.tsx";
import type { DataTableProps } from "./table-props.ts";
import type { More } from "./table-state.ts";

/** The one table of the product: a real table in six states, with keyboard, selection, keyset paging and virtual rows. */
export function DataTable<Row>(props: DataTableProps<Row>) {
  const { columns, density = "comfortable", selection, state } = props;
  const table = useRef<HTMLTableElement>(null);
  const isOutdated = state.kind === "ready" && (state.isOutdated ?? false);
  const visibleRows = state.kind === "ready" || state.kind === "stale" ? state.rows : [];
  const keys = visibleRows
    .filter((row) => props.fullRow?.(row) == null && props.isSelectable?.(row) !== false)
    .map(props.rowKey);
  return (
    <div className={styles.wrap}>
      {state.kind === "stale" && (
        <p className={styles.stale} role="status">
          <Icon name="clock" size={14} />
          These rows could not be refreshed. {state.problem.detail}
          <button type="button" className="bw-link-button" onClick={state.retry}>
            Try again
          </button>
        </p>
      )}
      {isOutdated && <LoadingNote word="These are the rows of before. Still loading" className={styles.waiting} />}
      <table
        ref={table}
        className={styles.table}
        aria-label={props.label}
        aria-busy={state.kind === "loading" || isOutdated}
        data-outdated={isOutdated || undefined}
        data-density={density}
        data-rows={props.rows ?? "list"}
        data-inset={props.isInset || undefined}
        data-checks={selection ? "" : undefined}
      >
        <colgroup>
          {selection && <col style={{ width: 48 }} />}
          {columns.map((column) => (
            <col
              key={column.key}
              data-leaves={column.leavesBelow}
              style={column.width ? { width: column.width } : {}}
            />
          ))}
        </colgroup>
        <TableHead columns={columns} keys={keys} selection={selection} sort={props.sort} />
        <StateBody {...props} />
      </table>
      <StateFoot {...props} />
    </div>
  );
}

function StateBody<Row>(props: DataTableProps<Row>) {
  const { state } = props;
  switch (state.kind) {
    case "loading":
      return <SkeletonRows columns={props.columns} hasChecks={Boolean(props.selection)} />;
    case "ready":
    case "stale":
      return <TableBody {...props} data={state.rows} />;
    case "error":
    case "empty":
    case "filteredEmpty":
      return null;
    default:
      return unreachable(state);
  }
}

function StateFoot<Row>({ state, empty, filteredEmpty, noun }: DataTableProps<Row>) {
  switch (state.kind) {
    case "loading":
      return <LoadingNote word="Still counting" className={styles.state} />;
    case "error":
      return (
        <div className={styles.state}>
          <ErrorCard what={`the list${noun ? ` of ${noun}` : ""}`} problem={state.problem} retry={state.retry} />
        </div>
      );
    case "empty":
      return <div className={styles.state}>{empty}</div>;
    case "filteredEmpty":
      return <div className={styles.state}>{filteredEmpty ?? empty}</div>;
    case "ready":
    case "stale":
      return state.more ? <LoadMore more={state.more} shown={state.rows.length} noun={noun ?? "rows"} /> : null;
    default:
      return unreachable(state);
  }
}

function LoadMore({ more, shown, noun }: { more: More; shown: number; noun: string }) {
  return (
    <div className={styles.foot}>
      <button type="button" className="bw-link-button" onClick={more.load} disabled={more.isLoading}>
        {more.isLoading ? "Loading more" : "Load more"}
      </button>
      <span>
        {formatNumber(shown)} {noun} shown
      </span>
    </div>
  );
}

const widths = ["62%", "80%", "48%", "70%", "56%", "74%"];

function SkeletonRows<Row>({ columns, hasChecks }: { columns: Column<Row>[]; hasChecks: boolean }) {
  return (
    <tbody>
      {widths.map((width, row) => (
        <tr key={width} className={styles.row}>
          {hasChecks && <td className={styles.check} />}
          {columns.map((column, index) => (
            <td key={column.key} data-leaves={column.leavesBelow} data-phone={column.phone ?? "none"}>
              <span className={styles.skeleton} style={{ width: widths[(row + index) % widths.length] }} />
            </td>
          ))}
        </tr>
      ))}
    </tbody>
  );
}

/** Compile-time proof that every state is drawn. */
function unreachable(state: never): never {
  throw new Error(`Unknown table state: ${JSON.stringify(state)}`);
}
