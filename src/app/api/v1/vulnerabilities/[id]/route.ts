import { z } from "zod";
import { apiRoute } from "#app/api-route.ts";
import { vulnerabilityDetail } from "#queries/vulnerability/vulnerability-detail.ts";

export const GET = apiRoute({
  role: "viewer",
  summary: "One vulnerability: what the advisories say and how far it reaches here",
  params: z.object({ id: z.string() }),
  handle: ({ actor, params }) => vulnerabilityDetail(actor, params),
});
