import { z } from "zod";
import { apiRoute } from "#app/api-route.ts";
import { pauseRegistry } from "#commands/pause-registry.ts";

export const POST = apiRoute({
  role: "admin",
  summary: "Pauses or resumes a registry",
  params: z.object({ id: z.uuid() }),
  body: z.record(z.string(), z.unknown()),
  handle: ({ actor, params, body }) => pauseRegistry(actor, { ...body, registryId: params.id }),
});
