"use client";
import { Button } from "@mantine/core";
import { useState } from "react";
import type { AuditItem, AuditList } from "#queries/audit/audit-list.ts";
import { type Problem, ProblemError, toProblem } from "../data/problem.ts";
import { useUrlState } from "../data/use-url-state.ts";
import { currentPage, useListView, useView } from "../data/use-view.ts";
import { viewPath } from "../data/view-key.ts";
import { Icon } from "../icon.tsx";
import { ChoiceFilter, FilterBar, TextFilter } from "../page/filter-bar.tsx";
import { WithSidePanel } from "../page/side-panel.tsx";
import { Page } from "../shell/page.tsx";
import { EmptyState } from "../state/empty-state.tsx";
import { FilteredEmpty } from "../state/filtered-empty.tsx";
import { DataTable } from "../table/data-table.tsx";
import { tableState } from "../table/table-state.ts";
import { formatBounded } from "../text/format-number.ts";
import { auditAction } from "../words/audit-words.ts";
import { auditColumns } from "./audit-columns.tsx";
import { AuditPanel } from "./audit-panel.tsx";
import { InstantFilter } from "./instant-filter.tsx";
import { SettingsTabs } from "./settings-tabs.tsx";

const filterNames = ["action", "actor", "target", "outcome", "from", "to"] as const;

/** The audit log: who did what, from where, and what it was before. */
export function AuditView() {
  const url = useUrlState();
  const filters = Object.fromEntries(filterNames.map((name) => [name, url.params[name]]));
  const query = useListView<AuditList>({ view: "audit", params: filters }, { topics: ["audit"] });
  const first = query.data?.pages[0];
  const current = currentPage(query);
  const rows = query.data?.pages.flatMap((page) => page.items);
  const count = filterNames.filter((name) => url.params[name]).length;
  const { entry } = url.params;
  const inList = rows?.find((item) => item.id === entry);
  // A link may name an entry that is not on the loaded pages.
  const single = useView<AuditItem>(
    { view: `audit/${entry ?? ""}` },
    { enabled: Boolean(entry) && rows !== undefined && !inList },
  );
  const opened = entry ? (inList ?? single.data) : undefined;
  return (
    <Page title="Settings">
      <SettingsTabs actions={<ExportButton filters={filters} />} />
      <FilterBar
        tools={
          current && (
            <span>
              {current.isTotalCapped
                ? `${formatBounded(10_000)} entries`
                : `${formatBounded(current.total, Number.MAX_SAFE_INTEGER)} ${current.total === 1 ? "entry" : "entries"}`}
            </span>
          )
        }
      >
        <TextFilter label="Who" value={url.params.actor ?? ""} onChange={(text) => url.set({ actor: text })} />
        <TextFilter label="On what" value={url.params.target ?? ""} onChange={(text) => url.set({ target: text })} />
        <ChoiceFilter
          label="Action"
          choices={(first?.actions ?? []).map((value) => ({ value, label: auditAction(value) }))}
          value={url.params.action}
          onChange={(value) => url.set({ action: value })}
        />
        <ChoiceFilter
          label="Outcome"
          choices={[
            { value: "done", label: "Done" },
            { value: "refused", label: "Refused" },
            { value: "failed", label: "Failed" },
          ]}
          value={url.params.outcome}
          onChange={(value) => url.set({ outcome: value })}
        />
        <InstantFilter from={url.params.from} to={url.params.to} onChange={url.set} />
      </FilterBar>
      <WithSidePanel
        panel={
          opened ? (
            <AuditPanel
              item={opened}
              fullPage={url.href({})}
              close={() => url.set({ entry: undefined }, { back: true })}
            />
          ) : null
        }
      >
        <DataTable<AuditItem>
          label="Audit log"
          noun="entries"
          columns={auditColumns}
          state={tableState(query, rows, count > 0)}
          rowKey={(item) => item.id}
          onOpen={(item, how) => url.set({ entry: item.id }, how)}
          activeKey={opened?.id}
          empty={<EmptyState title="No entries">Nobody has changed anything yet.</EmptyState>}
          filteredEmpty={
            <FilteredEmpty
              noun={["entry", "entries"]}
              filters={count}
              hidden={null}
              clear={() => url.set(Object.fromEntries(filterNames.map((name) => [name, undefined])))}
            />
          }
        />
      </WithSidePanel>
    </Page>
  );
}

function ExportButton({ filters }: { filters: Record<string, string | undefined> }) {
  const [isRunning, setRunning] = useState(false);
  const [problem, setProblem] = useState<Problem | null>(null);
  const run = async () => {
    setRunning(true);
    setProblem(null);
    try {
      const response = await fetch(viewPath({ view: "audit/exports", params: filters }), { method: "POST" });
      if (!response.ok) throw new ProblemError(toProblem(await response.json()));
      save(await response.blob(), "breakwater-audit.csv");
    } catch (error) {
      setProblem(toProblem(error));
    }
    setRunning(false);
  };
  return (
    <>
      {problem && (
        <span className="bw-signal" role="alert">
          {problem.detail}
        </span>
      )}
      <Button leftSection={<Icon name="download" />} onClick={run} loading={isRunning}>
        Export CSV
      </Button>
    </>
  );
}

function save(blob: Blob, name: string): void {
  const address = URL.createObjectURL(blob);
  const link = document.createElement("a");
  link.href = address;
  link.download = name;
  link.click();
  URL.revokeObjectURL(address);
}
