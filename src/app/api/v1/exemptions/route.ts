import { apiRoute } from "#app/api-route.ts";
import { ExemptionList, ExemptionListParams, exemptionList } from "#queries/assessment/exemption-list.ts";

export const GET = apiRoute({
  role: "viewer",
  summary: "Exempted controls, newest first",
  query: ExemptionListParams,
  result: ExemptionList,
  handle: ({ actor, query }) => exemptionList(actor, query),
});
