import { apiRoute } from "#app/api-route.ts";
import { download } from "#app/download.ts";
import { vulnerabilityCsv } from "#queries/vulnerability/vulnerability-csv.ts";
import { VulnerabilityListParams } from "#queries/vulnerability/vulnerability-list.ts";

export const GET = apiRoute({
  role: "viewer",
  summary: "Vulnerabilities that are open somewhere now under the filters of their list, as CSV",
  query: VulnerabilityListParams,
  handle: async ({ actor, query }) =>
    download({
      name: "breakwater-vulnerabilities.csv",
      type: "text/csv; charset=utf-8",
      chunks: await vulnerabilityCsv(actor, query),
    }),
});
