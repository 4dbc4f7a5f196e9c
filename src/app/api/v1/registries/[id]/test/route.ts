import { z } from "zod";
import { apiRoute } from "#app/api-route.ts";
import { checkRegistryConnection } from "#commands/check-registry-connection.ts";

export const POST = apiRoute({
  role: "admin",
  summary: "Tests the rights of a connected registry",
  params: z.object({ id: z.uuid() }),
  handle: ({ actor, params }) => checkRegistryConnection(actor, { registryId: params.id }),
});
