import { z } from "zod";
import { type Executor, execute, selectFirst, sql } from "#store/sql.ts";

/** A launcher that has not been heard of for this long is not there: it writes every 10 s. */
export const LAUNCHER_SECONDS = 60;

const Row = z.object({
  id: z.string(),
  hostname: z.string(),
  state: z.string(),
  problem: z.string().nullable(),
  isWanted: z.boolean(),
  /** An engine answers there. */
  hasEngine: z.boolean(),
  firstProblem: z.string().nullable(),
  twin: z.string().nullable(),
  isPresent: z.boolean(),
});
export type LocalAgentRow = z.infer<typeof Row>;

/** The launcher of a machine, locked for the transaction. Undefined when there is none with this id. */
export function lockLocalAgent(executor: Executor, id: string): Promise<LocalAgentRow | undefined> {
  return selectFirst(
    Row,
    sql`select a.id, a.hostname, a.state, a.problem, a.is_wanted as "isWanted",
          jsonb_path_exists(a.sockets, '$[*] ? (@.problem == null)') as "hasEngine",
          a.sockets -> 0 ->> 'problem' as "firstProblem",
          (select name from host h where h.id = a.twin_host_id and h.removed_at is null) as twin,
          a.seen_at > now() - make_interval(secs => ${LAUNCHER_SECONDS}::int) as "isPresent"
          from local_agent a where a.id = ${id} for update of a`,
    executor,
  );
}

/** Writes what an admin wishes. The launcher of that machine sees to it; the notification only makes it look sooner. */
export async function wishLocalAgent(
  executor: Executor,
  id: string,
  wish: { isWanted: boolean; by: string; at: Date },
): Promise<void> {
  await execute(
    sql`update local_agent set is_wanted = ${wish.isWanted}, wanted_by = ${wish.by}, wanted_at = ${wish.at} where id = ${id}`,
    executor,
  );
  await executor.query("notify breakwater_local_agent");
}
