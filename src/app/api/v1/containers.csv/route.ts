import { apiRoute } from "#app/api-route.ts";
import { download } from "#app/download.ts";
import { containersCsv } from "#queries/count/containers-csv.ts";
import { ContainersParams } from "#queries/count/containers-overview.ts";

export const GET = apiRoute({
  role: "viewer",
  summary: "The resources of the Containers tab under its filters, as CSV",
  query: ContainersParams,
  handle: async ({ actor, query }) =>
    download({
      name: "breakwater-resources.csv",
      type: "text/csv; charset=utf-8",
      chunks: await containersCsv(actor, query),
    }),
});
