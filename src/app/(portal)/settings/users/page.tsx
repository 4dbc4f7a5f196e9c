import type { Metadata } from "next";
import { Prefetched } from "#app/providers/prefetched.tsx";
import { type SearchPage, searchValues } from "#app/search-values.ts";
import { requirePageActor } from "#app/session.ts";
import { UserListParams, userList } from "#queries/account/user-list.ts";
import { UsersView } from "#ui/settings/users-view.tsx";

export const metadata: Metadata = { title: "Users" };

export default async function UsersPage({ searchParams }: SearchPage) {
  const actor = await requirePageActor("admin");
  const params = searchValues(await searchParams);
  const data = await userList(actor, UserListParams.parse(params));
  return (
    <Prefetched views={[{ view: "users", params, data, list: true }]}>
      <UsersView />
    </Prefetched>
  );
}
