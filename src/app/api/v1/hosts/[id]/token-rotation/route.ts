import { z } from "zod";
import { apiRoute } from "#app/api-route.ts";
import { rotateHostToken } from "#commands/rotate-host-token.ts";

export const POST = apiRoute({
  role: "admin",
  summary: "Has a host's agent exchange its token for a new one",
  params: z.object({ id: z.uuid() }),
  handle: ({ actor, params }) => rotateHostToken(actor, { hostId: params.id }),
});
