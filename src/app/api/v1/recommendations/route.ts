import { apiRoute } from "#app/api-route.ts";
import { RecommendationListParams, recommendationList } from "#queries/assessment/recommendation-list.ts";

export const GET = apiRoute({
  role: "viewer",
  summary: "Recommendations: one row per rule with how many resources are unhealthy under it",
  query: RecommendationListParams,
  handle: ({ actor, query }) => recommendationList(actor, query),
});
