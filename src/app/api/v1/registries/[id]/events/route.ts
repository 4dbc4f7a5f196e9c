import { z } from "zod";
import { apiRoute } from "#app/api-route.ts";
import { RegistryEventsParams, registryEvents } from "#queries/registry/registry-events.ts";

export const GET = apiRoute({
  role: "viewer",
  summary: "What a registry has sent",
  params: z.object({ id: z.uuid() }),
  query: RegistryEventsParams.omit({ registryId: true }),
  handle: ({ actor, params, query }) => registryEvents(actor, { ...query, registryId: params.id }),
});
