"use client";
import { useState } from "react";
import type { ExemptionItem, ExemptionList } from "#queries/assessment/exemption-list.ts";
import { useChange } from "../data/use-change.ts";
import { useUrlState } from "../data/use-url-state.ts";
import { useListView } from "../data/use-view.ts";
import { ChoiceFilter, FilterBar, TextFilter } from "../page/filter-bar.tsx";
import { useMay } from "../shell/frame-context.tsx";
import { Page } from "../shell/page.tsx";
import { EmptyState } from "../state/empty-state.tsx";
import { FilteredEmpty } from "../state/filtered-empty.tsx";
import { DataTable } from "../table/data-table.tsx";
import { tableState } from "../table/table-state.ts";
import { plural } from "../text/format-number.ts";
import { Confirm } from "./confirm.tsx";
import { exemptionColumns } from "./exemptions-columns.tsx";
import { SettingsTabs } from "./settings-tabs.tsx";

/** What people exempted: what, where, why and until when, with the way to end it. */
export function ExemptionsView() {
  const url = useUrlState();
  const { q, state } = url.params;
  const isAnalyst = useMay("analyst");
  const query = useListView<ExemptionList>({ view: "exemptions", params: { q, state } }, { topics: ["containers"] });
  const [ending, setEnding] = useState<ExemptionItem | null>(null);
  const first = query.data?.pages[0];
  const rows = query.data?.pages.flatMap((page) => page.items);
  const filters = [q, state].filter(Boolean).length;
  return (
    <Page title="Settings">
      <SettingsTabs />
      <FilterBar tools={first && <span data-list-total={first.total}>{plural(first.total, "exemption")}</span>}>
        <TextFilter label="Control, host or note" value={q ?? ""} onChange={(text) => url.set({ q: text })} />
        <ChoiceFilter
          label="State"
          choices={[
            { value: "active", label: "In force" },
            { value: "expiring", label: "Ends within 14 days" },
            { value: "ended", label: "Over" },
            { value: "any", label: "In force and over" },
          ]}
          value={state ?? "active"}
          onChange={(value) => url.set({ state: value === "active" ? undefined : (value ?? "any") })}
        />
      </FilterBar>
      <DataTable<ExemptionItem>
        label="Exemptions"
        noun="exemptions"
        columns={exemptionColumns(isAnalyst ? setEnding : null)}
        state={tableState(query, rows, filters > 0 || (first !== undefined && first.all > 0))}
        rowKey={(exemption) => exemption.id}
        isMuted={(exemption) => exemption.state === "ended"}
        empty={
          <EmptyState title="Nothing is exempt">
            An analyst exempts a control where it stands: on the page of a Docker host, with a reason and an end.
          </EmptyState>
        }
        filteredEmpty={
          <FilteredEmpty
            noun={["exemption", "exemptions"]}
            filters={Math.max(1, filters)}
            hidden={first?.all ?? null}
            clear={() => url.set({ q: undefined, state: "any" })}
          />
        }
      />
      {ending && <EndExemption exemption={ending} close={() => setEnding(null)} />}
    </Page>
  );
}

function EndExemption({ exemption, close }: { exemption: ExemptionItem; close: () => void }) {
  const end = useChange(() => ({ method: "DELETE", path: `/api/v1/exemptions/${exemption.id}` }), close);
  const { control, title, hostName, item, hosts } = exemption;
  return (
    <Confirm
      title={`End the exemption of ${control ?? title}`}
      isOpen
      close={close}
      action="End it"
      onConfirm={() => end.run()}
      isRunning={end.isRunning}
      problem={end.problem}
    >
      <p>
        {title}
        {item && `, ${item}`} on {hostName ?? "every host"} counts again at once
        {hosts > 0 ? `, on ${plural(hosts, "host")}` : ""}. The exemption stays in this list as over.
      </p>
    </Confirm>
  );
}
