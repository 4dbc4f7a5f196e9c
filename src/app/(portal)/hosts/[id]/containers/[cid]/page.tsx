import type { Metadata } from "next";
import { notFound } from "next/navigation";
import { orNotFound } from "#app/page-data.ts";
import { Prefetched } from "#app/providers/prefetched.tsx";
import { requirePageActor } from "#app/session.ts";
import { HostContainerParams, hostContainer } from "#queries/host/host-container.ts";
import { ContainerView } from "#ui/host/container-view.tsx";

export const metadata: Metadata = { title: "Container" };

export default async function ContainerPage({ params }: { params: Promise<{ id: string; cid: string }> }) {
  const actor = await requirePageActor();
  const { id, cid } = await params;
  const parsed = HostContainerParams.safeParse({ hostId: id, containerId: cid });
  if (!parsed.success) notFound();
  const { hostId, containerId } = parsed.data;
  const data = await orNotFound(hostContainer(actor, parsed.data));
  return (
    <Prefetched views={[{ view: `hosts/${hostId}/containers/${containerId}`, data }]}>
      <ContainerView hostId={hostId} containerId={containerId} />
    </Prefetched>
  );
}
