import { z } from "zod";
import { apiRoute } from "#app/api-route.ts";
import { connectThisMachine } from "#commands/connect-this-machine.ts";
import { stopThisMachine } from "#commands/stop-this-machine.ts";

const params = z.object({ id: z.uuid() });

export const PUT = apiRoute({
  role: "admin",
  summary: "Starts the agent on a machine that Breakwater runs on",
  params,
  handle: ({ actor, params }) => connectThisMachine(actor, { machineId: params.id }),
});

export const DELETE = apiRoute({
  role: "admin",
  summary: "Stops the agent on a machine that Breakwater runs on; its host stays",
  params,
  handle: ({ actor, params }) => stopThisMachine(actor, { machineId: params.id }),
});
