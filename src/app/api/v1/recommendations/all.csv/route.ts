import { apiRoute } from "#app/api-route.ts";
import { downloadStream } from "#app/download.ts";
import { recordExport } from "#commands/record-export.ts";
import { recommendationListCsv } from "#queries/assessment/recommendation-export.ts";
import { RecommendationListParams } from "#queries/assessment/recommendation-list.ts";

export const GET = apiRoute({
  role: "viewer",
  summary: "The recommendations under the filters of the page as CSV",
  query: RecommendationListParams.omit({ cursor: true }),
  handle: async ({ actor, query }) => {
    await recordExport(actor, { view: "recommendations", format: "csv", filters: query });
    return downloadStream({
      name: "recommendations.csv",
      type: "text/csv; charset=utf-8",
      chunks: recommendationListCsv(actor, query),
    });
  },
});
