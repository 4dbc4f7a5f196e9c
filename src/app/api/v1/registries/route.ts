import { z } from "zod";
import { apiRoute } from "#app/api-route.ts";
import { connectRegistry } from "#commands/connect-registry.ts";

/** Connects a registry. The answer shows the webhook's token, once. */
export const POST = apiRoute({
  role: "admin",
  summary: "Connects a registry",
  body: z.record(z.string(), z.unknown()),
  status: 201,
  handle: ({ actor, body }) => connectRegistry(actor, body),
});
