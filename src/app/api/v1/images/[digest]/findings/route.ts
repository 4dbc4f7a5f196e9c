import { z } from "zod";
import { apiRoute } from "#app/api-route.ts";
import { ImageFindingsParams, imageFindings } from "#queries/image/image-findings.ts";

export const GET = apiRoute({
  role: "viewer",
  summary: "Findings of an image by package or by vulnerability",
  params: z.object({ digest: z.string() }),
  query: ImageFindingsParams.omit({ digest: true }),
  handle: ({ actor, params, query }) => imageFindings(actor, { ...query, digest: params.digest }),
});
