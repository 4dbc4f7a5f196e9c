import { z } from "zod";
import { apiRoute } from "#app/api-route.ts";
import { requestHostReport } from "#commands/request-host-report.ts";

export const POST = apiRoute({
  role: "analyst",
  summary: "Asks a host's agent for a fresh report",
  params: z.object({ id: z.uuid() }),
  handle: ({ actor, params }) => requestHostReport(actor, { hostId: params.id }),
});
