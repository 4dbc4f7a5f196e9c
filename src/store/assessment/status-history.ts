import { newId } from "#store/ids.ts";
import { type Executor, execute, sql } from "#store/sql.ts";

/** Why the status or the findings of a resource changed. */
export type StatusCause =
  | "push"
  | "scan"
  | "advisories"
  | "exemption"
  | "retired"
  | "analyser"
  | "report"
  | "confirmation";

export interface StatusEntry {
  rootId: string;
  /** Of an image: its digest. */
  resourceId: string;
  ruleId: string;
  fromStatus: string | null;
  toStatus: string;
  cause: StatusCause;
  /** What caused it: id of a scan or an import. */
  causeRef: string | null;
  detail?: unknown;
}

/** Appends to the history of statuses in the caller's transaction. */
export async function appendStatusHistory(executor: Executor, entries: readonly StatusEntry[]): Promise<void> {
  if (entries.length === 0) return;
  const column = <Value>(pick: (entry: StatusEntry) => Value) => entries.map(pick);
  await execute(
    sql`insert into status_history (root_id, at, id, resource_id, rule_id, from_status, to_status, cause, cause_ref, detail)
        select e.root_id, clock_timestamp(), e.id, e.resource_id, e.rule_id, e.from_status, e.to_status, e.cause, e.cause_ref, e.detail::jsonb
          from unnest(${column((e) => e.rootId)}::uuid[], ${column(() => newId())}::uuid[], ${column((e) => e.resourceId)}::text[],
            ${column((e) => e.ruleId)}::text[], ${column((e) => e.fromStatus)}::text[], ${column((e) => e.toStatus)}::text[],
            ${column((e) => e.cause)}::text[], ${column((e) => e.causeRef)}::text[],
            ${column((e) => (e.detail === undefined ? null : JSON.stringify(e.detail)))}::text[])
          as e (root_id, id, resource_id, rule_id, from_status, to_status, cause, cause_ref, detail)`,
    executor,
  );
}
