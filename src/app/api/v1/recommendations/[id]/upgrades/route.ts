import { z } from "zod";
import { apiRoute } from "#app/api-route.ts";
import { RecommendationUpgradesParams, recommendationUpgrades } from "#queries/assessment/recommendation-upgrades.ts";

export const GET = apiRoute({
  role: "viewer",
  summary: "The package upgrades that close most in the unhealthy repositories of an owner",
  params: z.object({ id: z.string() }),
  query: RecommendationUpgradesParams.omit({ id: true }),
  handle: ({ actor, params, query }) => recommendationUpgrades(actor, { ...query, id: params.id }),
});
