import { z } from "zod";
import { apiRoute } from "#app/api-route.ts";
import { cancelJob } from "#commands/cancel-job.ts";

export const POST = apiRoute({
  role: "admin",
  summary: "Call a waiting or running job off",
  params: z.object({ id: z.uuid() }),
  handle: ({ actor, params }) => cancelJob(actor, { jobId: params.id }),
});
