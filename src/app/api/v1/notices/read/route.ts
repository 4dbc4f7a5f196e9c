import { apiRoute } from "#app/api-route.ts";
import { MarkNoticesReadInput, markNoticesRead } from "#commands/mark-notices-read.ts";

export const POST = apiRoute({
  role: "viewer",
  summary: "Mark notices as read or unread for the signed-in person",
  body: MarkNoticesReadInput,
  handle: ({ actor, body }) => markNoticesRead(actor, body),
});
