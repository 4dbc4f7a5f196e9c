import { apiRoute } from "#app/api-route.ts";
import { AuditList, AuditListParams, auditList } from "#queries/audit/audit-list.ts";

export const GET = apiRoute({
  role: "admin",
  summary: "The audit log, newest first",
  query: AuditListParams,
  result: AuditList,
  handle: ({ actor, query }) => auditList(actor, query),
});
