import { z } from "zod";
import { apiRoute } from "#app/api-route.ts";
import { retryJob } from "#commands/retry-job.ts";

export const POST = apiRoute({
  role: "admin",
  summary: "Run a failed job again",
  params: z.object({ id: z.uuid() }),
  handle: ({ actor, params }) => retryJob(actor, { jobId: params.id }),
});
