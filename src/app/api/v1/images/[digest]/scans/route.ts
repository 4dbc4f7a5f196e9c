import { z } from "zod";
import { apiRoute } from "#app/api-route.ts";
import { rescanImage } from "#commands/rescan-image.ts";

export const POST = apiRoute({
  role: "analyst",
  summary: "Scan an image again, ahead of pushed ones",
  params: z.object({ digest: z.string() }),
  body: z.object({ registryId: z.uuid() }),
  status: 202,
  handle: ({ actor, params, body }) => rescanImage(actor, { registryId: body.registryId, digest: params.digest }),
});
