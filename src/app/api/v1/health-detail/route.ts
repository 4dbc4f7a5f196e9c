import { apiRoute } from "#app/api-route.ts";
import { systemHealth } from "#queries/queue/system-health.ts";

export const GET = apiRoute({
  role: "viewer",
  summary: "Whether Breakwater itself works: processes, queues, feeds, database",
  handle: ({ actor }) => systemHealth(actor),
});
