import { z } from "zod";
import { apiRoute } from "#app/api-route.ts";
import { DecideAdvisoryImportInput, decideAdvisoryImport } from "#commands/decide-advisory-import.ts";

export const POST = apiRoute({
  role: "admin",
  summary: "Approve or reject the updates of an import that wait for a decision",
  params: z.object({ importId: z.uuid() }),
  body: DecideAdvisoryImportInput.pick({ decision: true }),
  result: z.object({ state: z.string() }),
  status: 202,
  handle: async ({ actor, params, body }) => {
    const { state } = await decideAdvisoryImport(actor, { ...params, ...body });
    return { state };
  },
});
