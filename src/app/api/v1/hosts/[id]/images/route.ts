import { z } from "zod";
import { apiRoute } from "#app/api-route.ts";
import { HostImagesParams, hostImages } from "#queries/host/host-images.ts";

export const GET = apiRoute({
  role: "viewer",
  summary: "Images on a host",
  params: z.object({ id: z.uuid() }),
  query: HostImagesParams.omit({ hostId: true }),
  handle: ({ actor, params, query }) => hostImages(actor, { ...query, hostId: params.id }),
});
