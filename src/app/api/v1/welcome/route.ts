import { apiRoute } from "#app/api-route.ts";
import { welcomeState } from "#queries/welcome-state.ts";

export const GET = apiRoute({
  role: "viewer",
  summary: "Whether anything is connected and whether advisories are ready",
  handle: ({ actor }) => welcomeState(actor),
});
