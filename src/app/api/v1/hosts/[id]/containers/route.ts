import { z } from "zod";
import { apiRoute } from "#app/api-route.ts";
import { HostContainersParams, hostContainers } from "#queries/host/host-containers.ts";

export const GET = apiRoute({
  role: "viewer",
  summary: "Containers of a host",
  params: z.object({ id: z.uuid() }),
  query: HostContainersParams.omit({ hostId: true }),
  handle: ({ actor, params, query }) => hostContainers(actor, { ...query, hostId: params.id }),
});
