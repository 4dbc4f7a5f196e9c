import { apiRoute } from "#app/api-route.ts";
import { coverage } from "#queries/count/coverage.ts";

export const GET = apiRoute({
  role: "viewer",
  summary: "What is not known, and why",
  handle: ({ actor }) => coverage(actor),
});
