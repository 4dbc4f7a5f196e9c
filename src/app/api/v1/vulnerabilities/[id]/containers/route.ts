import { z } from "zod";
import { apiRoute } from "#app/api-route.ts";
import { vulnerabilityContainers } from "#queries/vulnerability/vulnerability-containers.ts";

export const GET = apiRoute({
  role: "viewer",
  summary: "Containers of connected hosts whose image has a vulnerability open",
  params: z.object({ id: z.string() }),
  handle: ({ actor, params }) => vulnerabilityContainers(actor, params),
});
