import type { Metadata } from "next";
import { Prefetched } from "#app/providers/prefetched.tsx";
import { type SearchPage, searchValues } from "#app/search-values.ts";
import { requirePageActor } from "#app/session.ts";
import { ContainersParams, containersOverview } from "#queries/count/containers-overview.ts";
import { ContainersView } from "#ui/containers/containers-view.tsx";

export const metadata: Metadata = { title: "Containers" };

export default async function ContainersPage({ searchParams }: SearchPage) {
  const actor = await requirePageActor();
  const params = searchValues(await searchParams);
  const data = await containersOverview(actor, ContainersParams.parse(params));
  return (
    <Prefetched views={[{ view: "containers", params, data, list: true }]}>
      <ContainersView />
    </Prefetched>
  );
}
