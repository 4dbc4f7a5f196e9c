import type { ChangeTopic } from "#domain/topic.ts";
import { type Executor, execute, sql } from "./sql.ts";

/**
 * Records, in the caller's transaction, that something changed. Readers poll the change table (truth); the NOTIFY that
 * goes with it only makes them look sooner.
 */
export async function recordChange(executor: Executor, ...topics: ChangeTopic[]): Promise<void> {
  if (topics.length === 0) return;
  await execute(sql`insert into change (topic) select distinct unnest(${topics}::text[])`, executor);
  await executor.query("notify breakwater_change");
}
