import { z } from "zod";
import { apiRoute } from "#app/api-route.ts";
import { HostControlsParams, hostControls } from "#queries/host/host-controls.ts";

export const GET = apiRoute({
  role: "viewer",
  summary: "CIS Docker controls of a host with evidence",
  params: z.object({ id: z.uuid() }),
  query: HostControlsParams.omit({ hostId: true }),
  handle: ({ actor, params, query }) => hostControls(actor, { ...query, hostId: params.id }),
});
