import { z } from "zod";
import { apiRoute } from "#app/api-route.ts";
import { ImageFixPlanParams, imageFixPlan } from "#queries/image/image-fix-plan.ts";

export const GET = apiRoute({
  role: "viewer",
  summary: "What to upgrade in an image, best step first",
  params: z.object({ digest: z.string() }),
  query: ImageFixPlanParams.omit({ digest: true }),
  handle: ({ actor, params, query }) => imageFixPlan(actor, { ...query, digest: params.digest }),
});
