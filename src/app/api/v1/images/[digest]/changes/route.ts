import { z } from "zod";
import { apiRoute } from "#app/api-route.ts";
import { ImageChangesParams, imageChanges } from "#queries/image/image-changes.ts";

export const GET = apiRoute({
  role: "viewer",
  summary: "What came and went against the push before or a chosen image",
  params: z.object({ digest: z.string() }),
  query: ImageChangesParams.omit({ digest: true }),
  handle: ({ actor, params, query }) => imageChanges(actor, { ...query, digest: params.digest }),
});
