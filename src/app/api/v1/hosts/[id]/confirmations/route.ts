import { z } from "zod";
import { apiRoute } from "#app/api-route.ts";
import { confirmControl } from "#commands/confirm-control.ts";

export const POST = apiRoute({
  role: "analyst",
  summary: "Records what a person confirms about a control",
  params: z.object({ id: z.uuid() }),
  body: z.record(z.string(), z.unknown()),
  handle: ({ actor, params, body }) => confirmControl(actor, { ...body, hostId: params.id }),
});
