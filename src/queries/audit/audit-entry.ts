import { AppError } from "#domain/app-error.ts";
import { requireRole } from "#domain/require-role.ts";
import type { Actor } from "#domain/role.ts";
import { IsoColumn } from "#queries/list/columns.ts";
import { selectFirst, sql } from "#store/sql.ts";
import { AuditItem, auditColumns } from "./audit-list.ts";

const HOUR_MS = 3_600_000;

/** One entry by id. The id carries its time (UUIDv7), so that only the partition around it is searched. */
export async function auditEntry(actor: Actor, params: { id: string }): Promise<AuditItem> {
  requireRole(actor, "admin");
  const at = Number.parseInt(params.id.replaceAll("-", "").slice(0, 12), 16);
  const [from, to] = [new Date(at - HOUR_MS), new Date(at + HOUR_MS)];
  const row = await selectFirst(
    AuditItem.extend({ at: IsoColumn }),
    sql`select ${auditColumns} from audit_entry a where a.id = ${params.id} and a.at between ${from} and ${to}`,
  );
  if (!row) throw new AppError("not-found", "There is no such entry. It may be older than the log is kept.");
  return row;
}
