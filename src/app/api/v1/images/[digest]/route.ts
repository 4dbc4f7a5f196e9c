import { z } from "zod";
import { apiRoute } from "#app/api-route.ts";
import { ImageDetailParams, imageDetail } from "#queries/image/image-detail.ts";

export const GET = apiRoute({
  role: "viewer",
  summary: "One image in one place: header, state of the assessment, counts",
  params: z.object({ digest: z.string() }),
  query: ImageDetailParams.omit({ digest: true }),
  handle: ({ actor, params, query }) => imageDetail(actor, { ...query, digest: params.digest }),
});
