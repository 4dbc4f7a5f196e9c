import { z } from "zod";
import { apiRoute } from "#app/api-route.ts";
import { exemptControl } from "#commands/exempt-control.ts";

export const POST = apiRoute({
  role: "analyst",
  summary: "Exempts a control of a host, one item of it, or the control on every host",
  params: z.object({ id: z.uuid() }),
  body: z.record(z.string(), z.unknown()),
  result: z.object({ id: z.string(), hosts: z.number() }),
  status: 201,
  handle: ({ actor, params, body }) => exemptControl(actor, { ...body, hostId: params.id }),
});
