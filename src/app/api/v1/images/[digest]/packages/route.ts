import { z } from "zod";
import { apiRoute } from "#app/api-route.ts";
import { ImagePackagesParams, imagePackages } from "#queries/image/image-packages.ts";

export const GET = apiRoute({
  role: "viewer",
  summary: "Installed packages of an image with layer and path",
  params: z.object({ digest: z.string() }),
  query: ImagePackagesParams.omit({ digest: true }),
  handle: ({ actor, params, query }) => imagePackages(actor, { ...query, digest: params.digest }),
});
