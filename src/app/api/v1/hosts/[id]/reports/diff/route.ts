import { z } from "zod";
import { apiRoute } from "#app/api-route.ts";
import { HostReportDiffParams, hostReportDiff } from "#queries/host/host-reports.ts";

export const GET = apiRoute({
  role: "viewer",
  summary: "What differs between two reports of a host",
  params: z.object({ id: z.uuid() }),
  query: HostReportDiffParams.omit({ hostId: true }),
  handle: ({ actor, params, query }) => hostReportDiff(actor, { ...query, hostId: params.id }),
});
