"use client";
import { queueWord, queueWords } from "#domain/queue-words.ts";
import type { JobList, JobRow } from "#queries/queue/job-list.ts";
import { useChange } from "../data/use-change.ts";
import { useUrlState } from "../data/use-url-state.ts";
import { currentPage, useListView } from "../data/use-view.ts";
import { Signal } from "../marks/signal.tsx";
import { ChoiceFilter } from "../page/filter-bar.tsx";
import { EmptyState } from "../state/empty-state.tsx";
import { FilteredEmpty } from "../state/filtered-empty.tsx";
import type { Column } from "../table/column.ts";
import { DataTable } from "../table/data-table.tsx";
import { tableState } from "../table/table-state.ts";
import { plural } from "../text/format-number.ts";
import { RelativeTime } from "../text/relative-time.tsx";
import styles from "./health.module.css";

const states = [
  { value: "waiting", label: "Waiting" },
  { value: "running", label: "Running" },
  { value: "failed", label: "Failed" },
  { value: "cancelled", label: "Cancelled" },
  { value: "done", label: "Done" },
];

/** Jobs of the queue with the reason of a failure, and retry and cancel. Admins only: payloads name registries. */
export function JobSection() {
  const url = useUrlState();
  const [state, queue] = [url.get("state"), url.get("queue")];
  const list = useListView<JobList>({ view: "jobs", params: { state, queue } }, { topics: ["jobs"] });
  const change = useChange<{ id: string; verb: "retry" | "cancel" }>(({ id, verb }) => ({
    method: "POST",
    path: `/api/v1/jobs/${id}/${verb}`,
  }));
  const rows = list.data?.pages.flatMap((page) => page.rows);
  const total = currentPage(list)?.total;
  const filters = [state, queue].filter(Boolean).length;
  return (
    <section aria-label="Jobs" id="jobs">
      <h2 className="bw-h2">Jobs</h2>
      <div className={styles.filters}>
        <ChoiceFilter label="State" choices={states} value={state} onChange={(value) => url.set({ state: value })} />
        <ChoiceFilter
          label="Queue"
          choices={Object.entries(queueWords).map(([value, label]) => ({ value, label }))}
          value={queue}
          onChange={(value) => url.set({ queue: value })}
        />
        {total !== undefined && (
          <span className="bw-muted bw-push" data-list-total={total}>
            {plural(total, "job")}
          </span>
        )}
      </div>
      {change.problem && (
        <p className="bw-signal" role="alert">
          {change.problem.detail}
        </p>
      )}
      <DataTable
        label="Jobs"
        noun="jobs"
        isInset
        columns={jobColumns((id, verb) => change.run({ id, verb }), change.isRunning)}
        state={tableState(list, rows, filters > 0)}
        rowKey={(row) => row.id}
        empty={<EmptyState title="No jobs">Finished jobs are kept for 3 days.</EmptyState>}
        filteredEmpty={
          <FilteredEmpty
            noun={["job", "jobs"]}
            filters={filters}
            hidden={null}
            clear={() => url.set({ state: undefined, queue: undefined })}
          />
        }
      />
    </section>
  );
}

function jobColumns(act: (id: string, verb: "retry" | "cancel") => void, isBusy: boolean): Column<JobRow>[] {
  return [
    {
      key: "job",
      label: "Job",
      phone: "lead",
      cell: (row) => (
        <>
          <span className="bw-name">{queueWord(row.queue)}</span>
          <div className="bw-sub bw-cut" title={aboutOf(row)}>
            {aboutOf(row) || "–"}
          </div>
        </>
      ),
    },
    {
      key: "state",
      label: "State",
      width: 360,
      phone: "line",
      cell: (row) => (
        <>
          {row.state === "failed" ? (
            <Signal signal="unreachable">Failed</Signal>
          ) : (
            states.find((state) => state.value === row.state)?.label
          )}
          <span className="bw-muted">
            {" "}
            attempt {Math.min(row.attempt, row.attempts)} of {row.attempts}
          </span>
          {row.reason && (
            <div className="bw-sub bw-cut" title={row.reason}>
              {row.reason}
            </div>
          )}
        </>
      ),
    },
    {
      key: "created",
      label: "Added",
      width: 100,
      align: "right",
      phone: "trail",
      cell: (row) => <RelativeTime at={row.createdAt} ago />,
    },
    {
      key: "actions",
      label: "Actions",
      isHeadHidden: true,
      width: 96,
      align: "right",
      phone: "line",
      cell: (row) => {
        const verb =
          row.state === "failed" ? "retry" : row.state === "waiting" || row.state === "running" ? "cancel" : null;
        if (!verb) return null;
        return (
          <button
            type="button"
            className="bw-link-button"
            disabled={isBusy}
            onClick={() => act(row.id, verb)}
            aria-label={`${verb === "retry" ? "Retry" : "Cancel"} ${queueWord(row.queue)}`}
          >
            {verb === "retry" ? "Retry" : "Cancel"}
          </button>
        );
      },
    },
  ];
}

/** What a job works on, from the names in its payload. */
function aboutOf({ about }: JobRow): string {
  const parts = ["repository", "tag", "reference", "digest", "trigger", "action", "hostId", "importId"].flatMap(
    (name) => {
      const value = about?.[name];
      if (typeof value !== "string" || value === "") return [];
      return [value.startsWith("sha256:") ? value.slice(0, 19) : value];
    },
  );
  return [...new Set(parts)].join(", ");
}
