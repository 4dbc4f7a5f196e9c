import { apiRoute } from "#app/api-route.ts";
import { ContainersParams, containersOverview } from "#queries/count/containers-overview.ts";

export const GET = apiRoute({
  role: "viewer",
  summary: "The Containers tab: registries, clusters and hosts with posture, worst finding and state",
  query: ContainersParams,
  handle: ({ actor, query }) => containersOverview(actor, query),
});
