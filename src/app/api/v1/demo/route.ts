import { apiRoute } from "#app/api-route.ts";
import { loadDemo } from "#commands/load-demo.ts";
import { removeDemo } from "#commands/remove-demo.ts";

export const POST = apiRoute({
  role: "admin",
  summary: "Loads the demo estate",
  status: 202,
  handle: ({ actor }) => loadDemo(actor),
});

export const DELETE = apiRoute({
  role: "admin",
  summary: "Removes every trace of the demo",
  status: 202,
  handle: ({ actor }) => removeDemo(actor),
});
