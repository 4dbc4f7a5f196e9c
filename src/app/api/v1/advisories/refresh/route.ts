import { z } from "zod";
import { apiRoute } from "#app/api-route.ts";
import { refreshFeeds } from "#commands/refresh-feeds.ts";

export const POST = apiRoute({
  role: "admin",
  summary: "Look at the public feeds now",
  result: z.object({ queued: z.boolean() }),
  status: 202,
  handle: ({ actor }) => refreshFeeds(actor),
});
