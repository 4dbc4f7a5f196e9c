import { z } from "zod";
import { apiRoute } from "#app/api-route.ts";
import {
  VulnerabilityPlacementsParams,
  vulnerabilityPlacements,
} from "#queries/vulnerability/vulnerability-placements.ts";

export const GET = apiRoute({
  role: "viewer",
  summary: "Where one vulnerability is: places, images, repositories or registries",
  params: z.object({ id: z.string() }),
  query: VulnerabilityPlacementsParams.omit({ id: true }),
  handle: ({ actor, params, query }) => vulnerabilityPlacements(actor, { ...query, id: params.id }),
});
