import { guardedRoute } from "#app/api-route.ts";
import { buildDocument } from "#app/openapi/build-document.ts";
import { routeIndex } from "#app/openapi/route-index.ts";

let document: Record<string, unknown> | undefined;

/** The description of this API, made once per process from the schemas of the routes. */
export const GET = guardedRoute(
  {
    guard: {
      kind: "public",
      because: "it describes the product, not an installation, and tools read it before they have a token",
    },
    summary: "This document",
  },
  async () => {
    document ??= buildDocument(routeIndex);
    return document;
  },
);
