import { z } from "zod";
import { apiRoute } from "#app/api-route.ts";
import { RecommendationParams, recommendationDetail } from "#queries/assessment/recommendation-detail.ts";

export const GET = apiRoute({
  role: "viewer",
  summary: "A recommendation: its words and the resources that stand in one status",
  params: z.object({ id: z.string() }),
  query: RecommendationParams.omit({ id: true }),
  handle: ({ actor, params, query }) => recommendationDetail(actor, { ...query, id: params.id }),
});
