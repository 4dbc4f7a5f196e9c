import { z } from "zod";
import { apiRoute } from "#app/api-route.ts";
import { RegistryImagesParams, registryImages } from "#queries/registry/registry-images.ts";

export const GET = apiRoute({
  role: "viewer",
  summary: "Images of a registry that still have a place in it",
  params: z.object({ id: z.uuid() }),
  query: RegistryImagesParams.omit({ registryId: true }),
  handle: ({ actor, params, query }) => registryImages(actor, { ...query, registryId: params.id }),
});
