import { apiRoute } from "#app/api-route.ts";
import { JobListParams, jobList } from "#queries/queue/job-list.ts";

export const GET = apiRoute({
  role: "admin",
  summary: "Jobs of the queue with the reason of their last failure",
  query: JobListParams,
  handle: ({ actor, query }) => jobList(actor, query),
});
