"use client";
import Link from "next/link";
import { links } from "#domain/links.ts";
import type { RunningContainer, RunningContainers } from "#queries/image/image-containers.ts";
import { toProblem } from "../data/problem.ts";
import { useView } from "../data/use-view.ts";
import type { ViewSource } from "../data/view-key.ts";
import { OwnerWords } from "../owner/owner-words.tsx";
import { EmptyState } from "../state/empty-state.tsx";
import { ErrorCard } from "../state/error-card.tsx";
import { LoadingBars } from "../state/loading-bars.tsx";
import type { Column } from "../table/column.ts";
import { DataTable } from "../table/data-table.tsx";
import { plural } from "../text/format-number.ts";
import { RelativeTime } from "../text/relative-time.tsx";
import styles from "./image.module.css";

/** Containers of connected hosts that were made from an image, or from images with a flaw. */
export function RunningList({ source, what }: { source: ViewSource; what: string }) {
  const view = useView<RunningContainers>(source, { topics: ["containers"] });
  if (!view.data) {
    return (
      <div className="bw-pad">
        {view.error ? (
          <ErrorCard what="where it runs" problem={toProblem(view.error)} retry={() => void view.refetch()} />
        ) : (
          <LoadingBars count={4} />
        )}
      </div>
    );
  }
  const { containers, counts } = view.data;
  if (counts === null) {
    return (
      <div className="bw-pad">
        <EmptyState title="Not known">
          No Docker host has reported yet, so it is not known where {what} runs.{" "}
          <Link href="/connect">Connect one</Link>
        </EmptyState>
      </div>
    );
  }
  return (
    <>
      {counts.containers > 0 && (
        <p className={styles.section} data-list-total={counts.containers}>
          {plural(counts.running, "container runs", "containers run")} it on connected hosts, of{" "}
          {plural(counts.containers, "container")} on {plural(counts.hosts, "host")}.
          {counts.containers > containers.length && ` The first ${containers.length} are shown.`}
        </p>
      )}
      <DataTable
        label="Containers"
        noun="containers"
        rows="detail"
        columns={columns}
        state={containers.length > 0 ? { kind: "ready", rows: containers, more: null } : { kind: "empty" }}
        rowKey={(row) => `${row.hostId} ${row.containerId}`}
        rowHref={(row) => links.hostContainer(row.hostId, row.containerId)}
        empty={
          <EmptyState title="On no connected host">
            No container of a connected Docker host was made from {what}. What runs elsewhere is not seen.
          </EmptyState>
        }
      />
    </>
  );
}

const columns: Column<RunningContainer>[] = [
  {
    key: "name",
    label: "Container",
    phone: "lead",
    cell: (row) => (
      <>
        <Link href={links.hostContainer(row.hostId, row.containerId)} className="bw-name">
          {row.name}
        </Link>
        {row.imageRef && (
          <div className="bw-sub bw-cut" title={row.imageRef}>
            {row.imageRef}
          </div>
        )}
      </>
    ),
  },
  {
    key: "host",
    label: "Host",
    width: 220,
    phone: "line",
    cell: (row) => (
      <Link href={links.host(row.hostId)} className="bw-cut">
        {row.hostName}
      </Link>
    ),
  },
  {
    key: "owner",
    label: "Owner of the host",
    width: 160,
    leavesBelow: 1040,
    cell: (row) => <OwnerWords owner={row.owner} source={null} />,
  },
  { key: "state", label: "State", width: 110, phone: "line", cell: (row) => row.state },
  {
    key: "since",
    label: "Since",
    width: 90,
    align: "right",
    phone: "trail",
    cell: (row) => <RelativeTime at={row.firstSeenAt} />,
  },
];
