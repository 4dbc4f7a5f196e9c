import { z } from "zod";
import { apiRoute } from "#app/api-route.ts";
import { RuleDetailParams, ruleDetail } from "#queries/assessment/rule-detail.ts";

export const GET = apiRoute({
  role: "viewer",
  summary: "A rule: words, logic, examples and what it was held against",
  params: z.object({ id: z.string() }),
  query: RuleDetailParams.omit({ id: true }),
  handle: ({ actor, params, query }) => ruleDetail(actor, { ...query, id: params.id }),
});
