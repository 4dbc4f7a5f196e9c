import { z } from "zod";
import { apiRoute } from "#app/api-route.ts";
import { imageContainers } from "#queries/image/image-containers.ts";
import { ImagePlaceParams } from "#queries/image/image-place.ts";

export const GET = apiRoute({
  role: "viewer",
  summary: "Containers of connected hosts that were made from an image",
  params: z.object({ digest: z.string() }),
  query: ImagePlaceParams.omit({ digest: true }),
  handle: ({ actor, params, query }) => imageContainers(actor, { ...query, digest: params.digest }),
});
