import { z } from "zod";
import { apiRoute } from "#app/api-route.ts";
import { endExemption } from "#commands/end-exemption.ts";

export const DELETE = apiRoute({
  role: "analyst",
  summary: "Ends an exemption; what it covered counts again",
  params: z.object({ id: z.uuid() }),
  result: z.object({ findings: z.number(), resources: z.number() }),
  handle: ({ actor, params }) => endExemption(actor, { exemptionId: params.id }),
});
