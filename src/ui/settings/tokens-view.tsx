"use client";
import { Button } from "@mantine/core";
import { useState } from "react";
import { tokenKinds } from "#domain/token-kind.ts";
import type { TokenItem, TokenList } from "#queries/account/token-list.ts";
import { useChange } from "../data/use-change.ts";
import { useUrlState } from "../data/use-url-state.ts";
import { currentPage, useListView } from "../data/use-view.ts";
import { Icon } from "../icon.tsx";
import { ChoiceFilter, FilterBar, TextFilter } from "../page/filter-bar.tsx";
import { ScopeLine } from "../page/scope-line.tsx";
import { useMay } from "../shell/frame-context.tsx";
import { Page } from "../shell/page.tsx";
import { EmptyState } from "../state/empty-state.tsx";
import { FilteredEmpty } from "../state/filtered-empty.tsx";
import { DataTable } from "../table/data-table.tsx";
import { tableState } from "../table/table-state.ts";
import { plural } from "../text/format-number.ts";
import { Confirm } from "./confirm.tsx";
import { CreateTokenDialog } from "./create-token-dialog.tsx";
import { SettingsTabs } from "./settings-tabs.tsx";
import { tokenKindWords } from "./token-kind-words.ts";
import { tokenColumns } from "./tokens-columns.tsx";

/** Tokens: who or what may talk to Breakwater without signing in. */
export function TokensView() {
  const url = useUrlState();
  const { q, kind, state } = url.params;
  const isAdmin = useMay("admin");
  const query = useListView<TokenList>({ view: "tokens", params: { q, kind, state } }, { topics: ["accounts"] });
  const [isCreating, setCreating] = useState(false);
  const [revoking, setRevoking] = useState<TokenItem | null>(null);
  const first = query.data?.pages[0];
  const current = currentPage(query);
  const rows = query.data?.pages.flatMap((page) => page.items);
  const filters = [q, kind, state].filter(Boolean).length;
  const hasHidden = filters > 0 || (first !== undefined && first.all > 0);
  const create = (
    <Button variant="filled" leftSection={<Icon name="plus" />} onClick={() => setCreating(true)}>
      Make a token
    </Button>
  );
  return (
    <Page title="Settings">
      <SettingsTabs actions={create} />
      {!isAdmin && <ScopeLine>These are the api tokens that you made. Admins see every token.</ScopeLine>}
      <FilterBar tools={current && <span>{plural(current.total, "token")}</span>}>
        <TextFilter label="Name or first characters" value={q ?? ""} onChange={(text) => url.set({ q: text })} />
        {isAdmin && (
          <ChoiceFilter
            label="Kind"
            choices={tokenKinds.map((value) => ({ value, label: tokenKindWords[value].label }))}
            value={kind}
            onChange={(value) => url.set({ kind: value })}
          />
        )}
        <ChoiceFilter
          label="State"
          choices={[
            { value: "usable", label: "Usable" },
            { value: "ended", label: "Ended" },
            { value: "any", label: "Usable and ended" },
          ]}
          value={state ?? "usable"}
          onChange={(value) => url.set({ state: value === "usable" ? undefined : (value ?? "any") })}
        />
      </FilterBar>
      <DataTable<TokenItem>
        label="Tokens"
        noun="tokens"
        columns={tokenColumns(setRevoking)}
        state={tableState(query, rows, hasHidden)}
        rowKey={(token) => token.id}
        isMuted={(token) => token.state !== "active" && token.state !== "expiring"}
        empty={
          <EmptyState title="No tokens">
            Make one for a script that reads the API, or for hosts that enrol themselves.
          </EmptyState>
        }
        filteredEmpty={
          <FilteredEmpty
            noun={["token", "tokens"]}
            filters={Math.max(1, filters)}
            hidden={first ? first.all - first.total : null}
            clear={() => url.set({ q: undefined, kind: undefined, state: "any" })}
          />
        }
      />
      {isCreating && <CreateTokenDialog close={() => setCreating(false)} />}
      {revoking && <RevokeToken token={revoking} close={() => setRevoking(null)} />}
    </Page>
  );
}

function RevokeToken({ token, close }: { token: TokenItem; close: () => void }) {
  const change = useChange(() => ({ method: "DELETE", path: `/api/v1/tokens/${token.id}` }), close);
  return (
    <Confirm
      title={`Revoke ${token.name}`}
      isOpen
      close={close}
      action="Revoke"
      onConfirm={() => change.run()}
      isRunning={change.isRunning}
      problem={change.problem}
    >
      {tokenKindWords[token.kind].loss} This cannot be undone: make a new token instead.
    </Confirm>
  );
}
