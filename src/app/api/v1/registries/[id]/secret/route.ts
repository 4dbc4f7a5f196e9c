import { z } from "zod";
import { apiRoute } from "#app/api-route.ts";
import { rotateRegistrySecret } from "#commands/rotate-registry-secret.ts";

export const POST = apiRoute({
  role: "admin",
  summary: "Replaces the credential or the webhook token of a registry",
  params: z.object({ id: z.uuid() }),
  body: z.record(z.string(), z.unknown()),
  handle: ({ actor, params, body }) => rotateRegistrySecret(actor, { ...body, registryId: params.id }),
});
