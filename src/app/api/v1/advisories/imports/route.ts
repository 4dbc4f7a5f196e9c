import { z } from "zod";
import { apiRoute } from "#app/api-route.ts";
import { RequestAdvisoryImportInput, requestAdvisoryImport } from "#commands/request-advisory-import.ts";
import {
  AdvisoryImportList,
  AdvisoryImportListParams,
  advisoryImportList,
} from "#queries/advisory/advisory-import-list.ts";

export const GET = apiRoute({
  role: "viewer",
  summary: "Imports of advisories, newest first",
  query: AdvisoryImportListParams,
  result: AdvisoryImportList,
  handle: ({ actor, query }) => advisoryImportList(actor, query),
});

export const POST = apiRoute({
  role: "admin",
  summary: "Import advisories from an address",
  body: RequestAdvisoryImportInput,
  result: z.object({ importId: z.string() }),
  status: 202,
  handle: ({ actor, body }) => requestAdvisoryImport(actor, body),
});
