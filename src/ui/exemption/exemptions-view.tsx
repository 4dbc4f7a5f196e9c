"use client";
import { useState } from "react";
import { exemptionReasons } from "#domain/exemption.ts";
import { links } from "#domain/links.ts";
import type { ExemptionItem, ExemptionList } from "#queries/exemption/exemption-list.ts";
import { type UrlState, useUrlState } from "../data/use-url-state.ts";
import { currentPage, useListView } from "../data/use-view.ts";
import { ChoiceFilter, FilterBar, TextFilter } from "../page/filter-bar.tsx";
import { PageTabs } from "../page/page-tabs.tsx";
import { useMay } from "../shell/frame-context.tsx";
import { Page } from "../shell/page.tsx";
import { EmptyState } from "../state/empty-state.tsx";
import { FilteredEmpty } from "../state/filtered-empty.tsx";
import { DataTable } from "../table/data-table.tsx";
import { tableState } from "../table/table-state.ts";
import { plural } from "../text/format-number.ts";
import { EndExemption } from "./end-exemption.tsx";
import { exemptionColumns } from "./exemption-columns.tsx";
import { exemptionReasonWords } from "./exemption-words.ts";
import { exemptionsView } from "./exemptions-params.ts";

const tabs = [
  { state: "active", label: "Active" },
  { state: "expiring", label: "Expiring" },
  { state: "ended", label: "Expired" },
] as const;

/** What people exempted: what, where, why, by whom and until when, with the way to end it. */
export function ExemptionsView() {
  const url = useUrlState();
  const isAnalyst = useMay("analyst");
  const query = useListView<ExemptionList>(exemptionsView(url.params), { topics: ["containers", "vulnerabilities"] });
  const [ending, setEnding] = useState<ExemptionItem | null>(null);
  const first = query.data?.pages[0];
  const state = url.get("state") ?? "active";
  const filters = ["q", "kind", "reason", "subject"].filter((name) => url.get(name)).length;
  return (
    <Page title="Exemptions">
      <PageTabs
        label="Exemptions"
        tabs={tabs.map((tab) => ({
          label: tab.label,
          href: url.href({ state: tab.state === "active" ? undefined : tab.state }),
          isCurrent: state === tab.state,
          count: first?.counts[tab.state] ?? null,
        }))}
      />
      <Filters url={url} total={currentPage(query)?.total} />
      <DataTable<ExemptionItem>
        label="Exemptions"
        noun="exemptions"
        columns={exemptionColumns(isAnalyst ? setEnding : null)}
        state={tableState(
          query,
          query.data?.pages.flatMap((page) => page.items),
          filters > 0,
        )}
        rowKey={(exemption) => exemption.id}
        isMuted={(exemption) => exemption.state === "ended"}
        empty={<NothingHere state={state} />}
        filteredEmpty={
          <FilteredEmpty
            noun={["exemption", "exemptions"]}
            filters={filters}
            hidden={first ? (first.counts[tabs.find((tab) => tab.state === state)?.state ?? "active"] ?? null) : null}
            clear={() => url.set({ q: undefined, kind: undefined, reason: undefined, subject: undefined })}
          />
        }
      />
      {ending && <EndExemption exemption={ending} close={() => setEnding(null)} />}
    </Page>
  );
}

function Filters({ url, total }: { url: UrlState; total: number | undefined }) {
  return (
    <FilterBar tools={total !== undefined && <span data-list-total={total}>{plural(total, "exemption")}</span>}>
      <TextFilter
        label="Find rule, vulnerability, place or note"
        value={url.get("q") ?? ""}
        onChange={(q) => url.set({ q })}
      />
      <ChoiceFilter
        label="Kind"
        choices={[
          { value: "vulnerability", label: "Vulnerabilities" },
          { value: "rule", label: "Rules" },
        ]}
        value={url.get("kind")}
        onChange={(kind) => url.set({ kind })}
      />
      <ChoiceFilter
        label="Reason"
        choices={exemptionReasons.map((value) => ({ value, label: exemptionReasonWords[value].label }))}
        value={url.get("reason")}
        onChange={(reason) => url.set({ reason })}
      />
      {url.get("subject") && (
        <ChoiceFilter
          label="Only"
          choices={[{ value: url.get("subject") ?? "", label: url.get("subject") ?? "" }]}
          value={url.get("subject")}
          onChange={() => url.set({ subject: undefined })}
        />
      )}
    </FilterBar>
  );
}

function NothingHere({ state }: { state: string }) {
  if (state === "expiring") return <EmptyState title="Nothing ends soon">No exemption ends within 14 days.</EmptyState>;
  if (state === "ended")
    return <EmptyState title="Nothing is over">An exemption that ended stays here with the reason.</EmptyState>;
  return (
    <EmptyState title="Nothing is exempt">
      An analyst exempts where a thing stands: a finding in the panel of an <a href={links.containers()}>image</a>, a{" "}
      <a href={links.vulnerabilities()}>vulnerability</a> on its page, a control on the page of its host, each with a
      reason and an end.
    </EmptyState>
  );
}
