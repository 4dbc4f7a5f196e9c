import { z } from "zod";
import { apiRoute } from "#app/api-route.ts";
import { RecommendationHistoryParams, recommendationHistory } from "#queries/assessment/recommendation-history.ts";

export const GET = apiRoute({
  role: "viewer",
  summary: "The counts of a recommendation day by day, and its newest changes",
  params: z.object({ id: z.string() }),
  query: RecommendationHistoryParams.omit({ id: true }),
  handle: ({ actor, params, query }) => recommendationHistory(actor, { ...query, id: params.id }),
});
