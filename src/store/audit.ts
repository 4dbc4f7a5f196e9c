import type { Actor } from "#domain/role.ts";
import { recordChange } from "./change.ts";
import { newId } from "./ids.ts";
import { type Executor, execute, sql } from "./sql.ts";

export interface AuditRecord {
  /** Verb and object: `registry.connect`, `token.revoke`. */
  action: string;
  target?: { kind: string; id?: string; name?: string };
  outcome?: "done" | "refused" | "failed";
  /** State before and after. Never secrets: name what changed, not its value. */
  before?: unknown;
  after?: unknown;
}

/** Appends one audit row in the caller's transaction. Every command writes exactly one. */
export async function recordAudit(executor: Executor, actor: Actor, record: AuditRecord): Promise<void> {
  const { target } = record;
  await execute(
    sql`insert into audit_entry (id, actor_kind, actor_id, actor_name, action, target_kind, target_id, target_name,
          outcome, before, after, address, request_id)
        values (${newId()}, ${actor.kind}, ${actor.id}, ${actor.name}, ${record.action}, ${target?.kind ?? null},
          ${target?.id ?? null}, ${target?.name ?? null}, ${record.outcome ?? "done"}, ${toJson(record.before)},
          ${toJson(record.after)}, ${actor.address ?? null}, ${actor.requestId ?? null})`,
    executor,
  );
  await recordChange(executor, "audit");
}

function toJson(value: unknown): string | null {
  return value === undefined ? null : JSON.stringify(value);
}
