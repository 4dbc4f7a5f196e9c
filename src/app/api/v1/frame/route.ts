import { apiRoute } from "#app/api-route.ts";
import { frameSummary } from "#queries/count/frame-summary.ts";

export const GET = apiRoute({
  role: "viewer",
  summary: "What stands around every page: who is signed in, unread notices, what does not report",
  handle: ({ actor }) => frameSummary(actor),
});
