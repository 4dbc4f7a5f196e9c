import { z } from "zod";
import { apiRoute } from "#app/api-route.ts";
import { resyncRegistry } from "#commands/resync-registry.ts";

export const POST = apiRoute({
  role: "admin",
  summary: "Compares a registry now",
  params: z.object({ id: z.uuid() }),
  handle: ({ actor, params }) => resyncRegistry(actor, { registryId: params.id }),
});
