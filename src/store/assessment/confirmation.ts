import { type Executor, execute, type Statement, sql } from "#store/sql.ts";

/** Confirmations that are older do not count, unless the caller says otherwise. */
const VALID_DAYS = 365;

/** What a person says about a rule that evidence cannot answer, on one resource of a root. */
export interface Confirmation {
  rootId: string;
  ruleId: string;
  /** What in the root it is about; the root's own id for itself. */
  resourceId: string;
  /** True = it is met; false = it is not known to be met any more. */
  confirmed: boolean;
  by: { name: string; userId: string | null };
  at: Date;
  note: string;
}

/** Keeps what a person said; a later word replaces an earlier one. It counts once it is laid over the verdict. */
export async function saveConfirmation(executor: Executor, said: Confirmation): Promise<void> {
  await execute(
    sql`insert into confirmation (root_id, rule_id, resource_id, confirmed, by_name, by_user_id, at, note)
        values (${said.rootId}, ${said.ruleId}, ${said.resourceId}, ${said.confirmed}, ${said.by.name}, ${said.by.userId}, ${said.at}, ${said.note})
        on conflict (root_id, rule_id, resource_id) do update set confirmed = excluded.confirmed, by_name = excluded.by_name, by_user_id = excluded.by_user_id,
          at = excluded.at, note = excluded.note`,
    executor,
  );
}

/**
 * Lays what people confirmed over verdicts that only a person can give, for as long as it is valid. `of` is a condition on
 * `assessment a`. A verdict that evidence gives is not touched by it.
 */
export async function applyConfirmations(
  executor: Executor,
  of: Statement,
  { now, validDays = VALID_DAYS }: { now: Date; validDays?: number | undefined },
): Promise<void> {
  await execute(
    sql`update assessment a set confirmed_status = m.confirmed_status
          from (select a.root_id, a.id, case when t.confirmed and t.at >= ${now}::timestamptz - make_interval(secs => ${validDays * 86_400}::float8)
                                             then 'healthy' end as confirmed_status
                  from assessment a left join confirmation t on t.root_id = a.root_id and t.rule_id = a.rule_id
                       and t.resource_id = a.resource_id
                 where ${of} and (a.status = 'manual' or a.confirmed_status is not null)) m
         where a.root_id = m.root_id and a.id = m.id and a.confirmed_status is distinct from m.confirmed_status`,
    executor,
  );
}
