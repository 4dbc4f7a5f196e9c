import { z } from "zod";
import { apiRoute } from "#app/api-route.ts";
import { removeHost } from "#commands/remove-host.ts";
import { updateHost } from "#commands/update-host.ts";
import { hostDetail } from "#queries/host/host-detail.ts";

const params = z.object({ id: z.uuid() });

export const GET = apiRoute({
  role: "viewer",
  summary: "A Docker host: engine, agent, figures",
  params,
  handle: ({ actor, params }) => hostDetail(actor, { hostId: params.id }),
});

export const PATCH = apiRoute({
  role: "admin",
  summary: "Changes name, owner, environment, expectations of a host, or assesses a managed one",
  params,
  body: z.record(z.string(), z.unknown()),
  handle: ({ actor, params, body }) => updateHost(actor, { ...body, hostId: params.id }),
});

export const DELETE = apiRoute({
  role: "admin",
  summary: "Removes a host; its agent's token stops working",
  params,
  handle: ({ actor, params }) => removeHost(actor, { hostId: params.id }),
});
