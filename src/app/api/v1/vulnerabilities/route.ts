import { apiRoute } from "#app/api-route.ts";
import { VulnerabilityListParams, vulnerabilityList } from "#queries/vulnerability/vulnerability-list.ts";

export const GET = apiRoute({
  role: "viewer",
  summary: "Vulnerabilities that are open somewhere now",
  query: VulnerabilityListParams,
  handle: ({ actor, query }) => vulnerabilityList(actor, query),
});
