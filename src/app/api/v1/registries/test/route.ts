import { z } from "zod";
import { apiRoute } from "#app/api-route.ts";
import { testRegistry } from "#commands/test-registry.ts";

/** Tries a connection without saving it. */
export const POST = apiRoute({
  role: "admin",
  summary: "Tests the rights of a registry connection without saving it",
  body: z.record(z.string(), z.unknown()),
  handle: ({ actor, body }) => testRegistry(actor, body),
});
