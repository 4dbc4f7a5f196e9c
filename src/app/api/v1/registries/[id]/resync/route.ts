import { z } from "zod";
import { apiRoute } from "#app/api-route.ts";
import { resyncRegistry } from "#commands/resync-registry.ts";
import { SwitchParam } from "#queries/list/search-params.ts";

export const POST = apiRoute({
  role: "admin",
  summary: "Compares a registry now",
  params: z.object({ id: z.uuid() }),
  query: z.object({ mayBeEmpty: SwitchParam }),
  handle: ({ actor, params, query }) => resyncRegistry(actor, { registryId: params.id, mayBeEmpty: query.mayBeEmpty }),
});
