import type { Metadata } from "next";
import { notFound } from "next/navigation";
import { orNotFound } from "#app/page-data.ts";
import { Prefetched } from "#app/providers/prefetched.tsx";
import { type SearchPage, searchValues } from "#app/search-values.ts";
import { requirePageActor } from "#app/session.ts";
import { hostContainers } from "#queries/host/host-containers.ts";
import { HostControlsParams, hostControls } from "#queries/host/host-controls.ts";
import { HostParams, hostDetail } from "#queries/host/host-detail.ts";
import { hostImages } from "#queries/host/host-images.ts";
import { hostReports } from "#queries/host/host-reports.ts";
import { hostsPolicy } from "#queries/host/hosts-policy-view.ts";
import { containersView, controlsView, hostTab } from "#ui/host/host-params.ts";
import { HostView } from "#ui/host/host-view.tsx";

export const metadata: Metadata = { title: "Docker host" };

export default async function HostPage({ params, searchParams }: SearchPage & { params: Promise<{ id: string }> }) {
  const actor = await requirePageActor();
  const parsed = HostParams.safeParse({ hostId: (await params).id });
  if (!parsed.success) notFound();
  const { hostId } = parsed.data;
  const search = searchValues(await searchParams);
  const data = await orNotFound(hostDetail(actor, { hostId }));
  return (
    <Prefetched views={[{ view: `hosts/${hostId}`, data }, ...(await tabData(actor, hostId, search))]}>
      <HostView hostId={hostId} />
    </Prefetched>
  );
}

/** What the chosen tab shows first, under the keys that it asks for. */
async function tabData(actor: Parameters<typeof hostDetail>[0], hostId: string, search: Record<string, string>) {
  switch (hostTab(search.tab)) {
    case "cis": {
      const source = controlsView(hostId, search);
      return [{ ...source, data: await hostControls(actor, HostControlsParams.parse({ ...source.params, hostId })) }];
    }
    case "containers": {
      const source = containersView(hostId, search);
      const containers = await hostContainers(actor, { hostId, q: search.q, state: search.state });
      return [{ ...source, data: containers, list: true }];
    }
    case "images":
      return [{ view: `hosts/${hostId}/images`, data: await hostImages(actor, { hostId }) }];
    case "reports":
      return [{ view: `hosts/${hostId}/reports`, data: await hostReports(actor, { hostId }) }];
    case "settings":
      return [{ view: "settings/docker-hosts", data: await hostsPolicy(actor) }];
  }
}
