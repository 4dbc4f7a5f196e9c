import { z } from "zod";
import { apiRoute } from "#app/api-route.ts";
import { OwnerSettingsInput, previewOwners } from "#commands/update-owners.ts";

export const POST = apiRoute({
  role: "admin",
  summary: "Which repositories and hosts would get another owner; nothing is saved",
  body: OwnerSettingsInput,
  result: z.object({ total: z.number(), changes: z.array(z.unknown()) }),
  handle: ({ actor, body }) => previewOwners(actor, body),
});
