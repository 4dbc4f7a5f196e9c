import type { Metadata } from "next";
import { Prefetched } from "#app/providers/prefetched.tsx";
import { type SearchPage, searchValues } from "#app/search-values.ts";
import { requirePageActor } from "#app/session.ts";
import { hostsPolicy } from "#queries/host/hosts-policy-view.ts";
import { DockerHostsView } from "#ui/settings/docker-hosts-view.tsx";

export const metadata: Metadata = { title: "Docker hosts" };

export default async function DockerHostsPage({ searchParams }: SearchPage) {
  const actor = await requirePageActor();
  const { override } = searchValues(await searchParams);
  const params = override ? { override } : {};
  return (
    <Prefetched views={[{ view: "settings/docker-hosts", params, data: await hostsPolicy(actor, params) }]}>
      <DockerHostsView />
    </Prefetched>
  );
}
