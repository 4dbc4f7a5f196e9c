import { z } from "zod";
import { apiRoute } from "#app/api-route.ts";
import { auditEntry } from "#queries/audit/audit-entry.ts";
import { AuditItem } from "#queries/audit/audit-list.ts";

export const GET = apiRoute({
  role: "admin",
  summary: "One entry of the audit log",
  params: z.object({ id: z.uuid() }),
  result: AuditItem,
  handle: ({ actor, params }) => auditEntry(actor, params),
});
