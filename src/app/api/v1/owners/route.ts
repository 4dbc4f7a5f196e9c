import { z } from "zod";
import { apiRoute } from "#app/api-route.ts";
import { OwnerSettingsInput, updateOwners } from "#commands/update-owners.ts";
import { OwnerSettingsView, ownerSettingsView } from "#queries/owner/owner-settings-view.ts";

export const GET = apiRoute({
  role: "viewer",
  summary: "How owners are found, who there is, and one's own",
  result: OwnerSettingsView,
  handle: ({ actor }) => ownerSettingsView(actor),
});

export const PUT = apiRoute({
  role: "admin",
  summary: "Replaces labels, rules and default owner",
  body: OwnerSettingsInput,
  result: z.object({ total: z.number(), changes: z.array(z.unknown()) }),
  handle: ({ actor, body }) => updateOwners(actor, body),
});
