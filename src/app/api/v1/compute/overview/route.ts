import { apiRoute } from "#app/api-route.ts";
import { ComputeOverviewParams, computeOverview } from "#queries/count/compute-overview.ts";

export const GET = apiRoute({
  role: "viewer",
  summary: "Open findings now and over time, what to fix first",
  query: ComputeOverviewParams,
  handle: ({ actor, query }) => computeOverview(actor, query),
});
