import { z } from "zod";
import { apiRoute } from "#app/api-route.ts";
import { ImageHistoryParams, imageHistory } from "#queries/image/image-history.ts";

export const GET = apiRoute({
  role: "viewer",
  summary: "Scan runs of an image",
  params: z.object({ digest: z.string() }),
  query: ImageHistoryParams.omit({ digest: true }),
  handle: ({ actor, params, query }) => imageHistory(actor, { ...query, digest: params.digest }),
});
