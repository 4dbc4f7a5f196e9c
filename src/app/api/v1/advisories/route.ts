import { apiRoute } from "#app/api-route.ts";
import { AdvisorySources, AdvisorySourcesParams, advisorySources } from "#queries/advisory/advisory-sources.ts";

export const GET = apiRoute({
  role: "viewer",
  summary: "Advisory feeds with age, record count and what is wrong with them",
  query: AdvisorySourcesParams,
  result: AdvisorySources,
  handle: ({ actor, query }) => advisorySources(actor, query),
});
