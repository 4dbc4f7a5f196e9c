import { apiRoute } from "#app/api-route.ts";
import { SearchParams, search } from "#queries/search.ts";

export const GET = apiRoute({
  role: "viewer",
  summary: "Vulnerabilities, packages, images, repositories and resources by name or id",
  query: SearchParams,
  handle: ({ actor, query }) => search(actor, query),
});
