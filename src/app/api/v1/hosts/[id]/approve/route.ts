import { z } from "zod";
import { apiRoute } from "#app/api-route.ts";
import { approveHost } from "#commands/approve-host.ts";

export const POST = apiRoute({
  role: "admin",
  summary: "Lets an enrolled host in",
  params: z.object({ id: z.uuid() }),
  handle: ({ actor, params }) => approveHost(actor, { hostId: params.id }),
});
