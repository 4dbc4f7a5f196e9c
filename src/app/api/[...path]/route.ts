import { guardedRoute } from "#app/api-route.ts";
import { AppError } from "#domain/app-error.ts";

/** Every address below /api that is none: a problem as everywhere in the API, with its headers, and no page. */
const unrouted = guardedRoute(
  {
    guard: { kind: "public", because: "an address that does not exist tells everybody the same: not found" },
    isHidden: true,
  },
  async () => {
    throw new AppError("not-found", "There is no such address. /api/v1/openapi.json lists what there is.");
  },
);

export const GET = unrouted;
export const POST = unrouted;
export const PUT = unrouted;
export const PATCH = unrouted;
export const DELETE = unrouted;
