import { z } from "zod";
import { apiRoute } from "#app/api-route.ts";
import { downloadStream } from "#app/download.ts";
import { recordExport } from "#commands/record-export.ts";
import { RecommendationParams } from "#queries/assessment/recommendation-detail.ts";
import { recommendationCsv } from "#queries/assessment/recommendation-export.ts";

export const GET = apiRoute({
  role: "viewer",
  summary: "The resources of one list of a recommendation as CSV",
  params: z.object({ id: z.string() }),
  query: RecommendationParams.omit({ id: true, cursor: true }),
  handle: async ({ actor, params, query }) => {
    await recordExport(actor, { view: "recommendations", format: "csv", filters: { ...query, id: params.id } });
    return downloadStream({
      name: `${params.id}-${query.status}.csv`,
      type: "text/csv; charset=utf-8",
      chunks: recommendationCsv(actor, { ...query, id: params.id }),
    });
  },
});
