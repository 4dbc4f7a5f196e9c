"use client";
import { Button } from "@mantine/core";
import { useState } from "react";
import { roles } from "#domain/role.ts";
import type { UserItem, UserList } from "#queries/account/user-list.ts";
import { useUrlState } from "../data/use-url-state.ts";
import { currentPage, useListView } from "../data/use-view.ts";
import { Icon } from "../icon.tsx";
import { ChoiceFilter, FilterBar, TextFilter } from "../page/filter-bar.tsx";
import { Page } from "../shell/page.tsx";
import { EmptyState } from "../state/empty-state.tsx";
import { FilteredEmpty } from "../state/filtered-empty.tsx";
import { DataTable } from "../table/data-table.tsx";
import { tableState } from "../table/table-state.ts";
import { plural } from "../text/format-number.ts";
import { roleWords } from "./role-choice.tsx";
import { SettingsTabs } from "./settings-tabs.tsx";
import { UserDialog, type UserTask } from "./user-dialog.tsx";
import { userColumns } from "./users-columns.tsx";

/** Accounts: who may sign in, with which role, and the changes an admin makes to them. */
export function UsersView() {
  const url = useUrlState();
  const { q, role } = url.params;
  const query = useListView<UserList>({ view: "users", params: { q, role } }, { topics: ["accounts"] });
  const [task, setTask] = useState<UserTask | null>(null);
  const first = query.data?.pages[0];
  const current = currentPage(query);
  const rows = query.data?.pages.flatMap((page) => page.items);
  const filters = [q, role].filter(Boolean).length;
  return (
    <Page title="Settings">
      <SettingsTabs
        actions={
          <Button variant="filled" leftSection={<Icon name="plus" />} onClick={() => setTask({ kind: "create" })}>
            Add a person
          </Button>
        }
      />
      <FilterBar tools={current && <span>{plural(current.total, "account")}</span>}>
        <TextFilter label="Name or e-mail" value={q ?? ""} onChange={(text) => url.set({ q: text })} />
        <ChoiceFilter
          label="Role"
          choices={roles.map((value) => ({ value, label: roleWords[value].label }))}
          value={role}
          onChange={(value) => url.set({ role: value })}
        />
      </FilterBar>
      <DataTable<UserItem>
        label="Accounts"
        noun="accounts"
        columns={userColumns(setTask)}
        state={tableState(query, rows, filters > 0)}
        rowKey={(user) => user.id}
        empty={<EmptyState title="No accounts">Nobody has an account yet.</EmptyState>}
        filteredEmpty={
          <FilteredEmpty
            noun={["account", "accounts"]}
            filters={filters}
            hidden={first?.accounts ?? null}
            clear={() => url.set({ q: undefined, role: undefined })}
          />
        }
      />
      <UserDialog task={task} close={() => setTask(null)} />
    </Page>
  );
}
