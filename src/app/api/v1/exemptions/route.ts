import { z } from "zod";
import { apiRoute } from "#app/api-route.ts";
import { exempt } from "#commands/exempt.ts";
import { ExemptionRequest } from "#commands/exemption-request.ts";
import { ExemptionList, ExemptionListParams, exemptionList } from "#queries/exemption/exemption-list.ts";

export const GET = apiRoute({
  role: "viewer",
  summary: "Exemptions of rules and vulnerabilities, newest first",
  query: ExemptionListParams,
  result: ExemptionList,
  handle: ({ actor, query }) => exemptionList(actor, query),
});

export const POST = apiRoute({
  role: "analyst",
  summary: "Exempts a rule or a vulnerability in a scope, with a reason and an end",
  body: ExemptionRequest,
  result: z.object({ ids: z.array(z.string()), findings: z.number(), resources: z.number() }),
  status: 201,
  handle: ({ actor, body }) => exempt(actor, body),
});
