import { apiRoute } from "#app/api-route.ts";
import { ConfirmationInput, confirm } from "#commands/confirm.ts";

export const POST = apiRoute({
  role: "analyst",
  summary: "Records what a person confirms about a rule that evidence cannot answer",
  body: ConfirmationInput,
  handle: ({ actor, body }) => confirm(actor, body),
});
