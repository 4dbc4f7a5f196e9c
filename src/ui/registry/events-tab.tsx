"use client";
import Link from "next/link";
import { shortDigest } from "#domain/digest.ts";
import { links } from "#domain/links.ts";
import type { RegistryDetail } from "#queries/registry/registry-detail.ts";
import type { RegistryEventRow, RegistryEvents } from "#queries/registry/registry-events.ts";
import { useUrlState } from "../data/use-url-state.ts";
import { useListView } from "../data/use-view.ts";
import { ChoiceFilter, FilterBar } from "../page/filter-bar.tsx";
import { EmptyState } from "../state/empty-state.tsx";
import { FilteredEmpty } from "../state/filtered-empty.tsx";
import type { Column } from "../table/column.ts";
import { DataTable } from "../table/data-table.tsx";
import { tableState } from "../table/table-state.ts";
import { RelativeTime } from "../text/relative-time.tsx";
import { eventOutcome } from "../words/event-words.ts";
import { inWords } from "../words/in-words.ts";

const asChoices = (values: string[] | undefined) => (values ?? []).map((value) => ({ value, label: inWords(value) }));

/** What the registry has sent, as it came in, newest first. */
export function EventsTab({ registry }: { registry: RegistryDetail }) {
  const url = useUrlState();
  const { tab: _, ...params } = url.params;
  const list = useListView<RegistryEvents>(
    { view: `registries/${registry.id}/events`, params },
    { topics: [`registry:${registry.id}`] },
  );
  const first = list.data?.pages[0];
  const rows = list.data?.pages.flatMap((page) => page.rows);
  const filters = ["action", "outcome"].filter((name) => url.get(name)).length;
  return (
    <>
      <div style={{ height: 8 }} />
      <FilterBar>
        <ChoiceFilter
          label="Event"
          choices={asChoices(first?.actions)}
          value={url.get("action")}
          onChange={(action) => url.set({ action })}
        />
        <ChoiceFilter
          label="Outcome"
          choices={(first?.outcomes ?? []).map((value) => ({ value, label: eventOutcome(value) }))}
          value={url.get("outcome")}
          onChange={(outcome) => url.set({ outcome })}
        />
      </FilterBar>
      <DataTable
        label="Events"
        noun="events"
        rows="detail"
        columns={columnsOf(registry)}
        state={tableState(list, rows, filters > 0)}
        rowKey={(row) => row.id}
        empty={
          <EmptyState
            title="No event has arrived"
            action={<Link href={`${links.registry(registry.id)}?tab=settings#webhook`}>Set up the webhook</Link>}
          >
            The registry is compared every {registry.settings.reconcileMinutes} min instead. With a webhook a push is
            scanned within seconds.
          </EmptyState>
        }
        filteredEmpty={
          <FilteredEmpty
            noun={["event", "events"]}
            filters={filters}
            hidden={null}
            clear={() => url.set({ action: undefined, outcome: undefined })}
          />
        }
      />
    </>
  );
}

function columnsOf(registry: RegistryDetail): Column<RegistryEventRow>[] {
  return [
    {
      key: "received",
      label: "Received",
      width: 108,
      phone: "trail",
      cell: (row) => <RelativeTime at={row.receivedAt} ago />,
    },
    {
      key: "action",
      label: "Event",
      width: 112,
      phone: "lead",
      cell: (row) => <span className="bw-name">{inWords(row.action)}</span>,
    },
    {
      key: "what",
      label: "What",
      phone: "line",
      cell: (row) =>
        row.repository ? (
          <Link href={links.repository(registry.id, row.repository)} className="bw-cut">
            {row.repository}
            {row.tag && `:${row.tag}`}
          </Link>
        ) : (
          <span className="bw-muted">–</span>
        ),
    },
    {
      key: "digest",
      label: "Digest",
      width: 132,
      leavesBelow: 1040,
      cell: (row) =>
        row.digest ? (
          <span className="bw-mono bw-second" title={row.digest}>
            {shortDigest(row.digest)}
          </span>
        ) : (
          <span className="bw-muted">–</span>
        ),
    },
    {
      key: "actor",
      label: "By",
      width: 132,
      leavesBelow: 1200,
      cell: (row) => row.actor ?? <span className="bw-muted">Not said</span>,
    },
    {
      key: "provider",
      label: "Came as",
      width: 124,
      leavesBelow: 1200,
      cell: (row) => <span className="bw-second">{inWords(row.provider)}</span>,
    },
    {
      key: "outcome",
      label: "What came of it",
      width: 260,
      phone: "line",
      cell: (row) => (
        <span className="bw-second" title={row.detail ?? undefined}>
          {eventOutcome(row.result ?? row.outcome)}
          {row.detail && <span className="bw-muted">, {row.detail}</span>}
        </span>
      ),
    },
  ];
}
