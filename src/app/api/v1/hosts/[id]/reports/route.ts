import { z } from "zod";
import { apiRoute } from "#app/api-route.ts";
import { HostReportsParams, hostReports } from "#queries/host/host-reports.ts";

export const GET = apiRoute({
  role: "viewer",
  summary: "Reports of a host",
  params: z.object({ id: z.uuid() }),
  query: HostReportsParams.omit({ hostId: true }),
  handle: ({ actor, params, query }) => hostReports(actor, { ...query, hostId: params.id }),
});
