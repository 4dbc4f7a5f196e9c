import { guardedRoute } from "#app/api-route.ts";
import { AppError } from "#domain/app-error.ts";
import { MALFORMED_PATH } from "#ingest/request-start.ts";

/** Every address below /api that is none: a problem as everywhere in the API, with its headers, and no page. */
export const unroutedAddress = guardedRoute(
  {
    guard: { kind: "public", because: "an address that does not exist tells everybody the same: not found" },
    isHidden: true,
  },
  async (request) => {
    if (new URL(request.url).pathname === MALFORMED_PATH)
      throw new AppError("bad-request", "The address is not well encoded: every % must begin a UTF-8 byte (RFC 3986).");
    throw new AppError("not-found", "There is no such address. /api/v1/openapi.json lists what there is.");
  },
);
