import { apiRoute } from "#app/api-route.ts";
import { ExemptionTargets } from "#commands/exemption-request.ts";
import { previewExemption } from "#commands/preview-exemption.ts";
import { ExemptionEffect } from "#domain/exemption.ts";

export const POST = apiRoute({
  role: "analyst",
  summary: "What an exemption would take out of the figures; nothing is saved",
  body: ExemptionTargets,
  result: ExemptionEffect,
  handle: ({ actor, body }) => previewExemption(actor, body),
});
