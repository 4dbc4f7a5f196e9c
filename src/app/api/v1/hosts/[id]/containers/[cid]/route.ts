import { z } from "zod";
import { apiRoute } from "#app/api-route.ts";
import { HostContainerParams, hostContainer } from "#queries/host/host-container.ts";

export const GET = apiRoute({
  role: "viewer",
  summary: "A container of a host",
  params: z.object({ id: z.uuid(), cid: HostContainerParams.shape.containerId }),
  handle: ({ actor, params }) => hostContainer(actor, { hostId: params.id, containerId: params.cid }),
});
