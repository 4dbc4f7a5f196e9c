import { type Executor, execute, sql } from "./sql.ts";

/**
 * What live pages can follow. A topic carries no data: the browser refetches the query it is allowed to see.
 * `registry:<id>`, `image:<digest>`, `host:<id>` name one object; the others a whole list.
 */
export type ChangeTopic =
  | "containers"
  | "vulnerabilities"
  | "notices"
  | "advisories"
  | "jobs"
  | "audit"
  | "accounts"
  | "local-agents"
  | `registry:${string}`
  | `image:${string}`
  | `host:${string}`;

/**
 * Records, in the caller's transaction, that something changed. Readers poll the change table (truth); the NOTIFY that
 * goes with it only makes them look sooner.
 */
export async function recordChange(executor: Executor, ...topics: ChangeTopic[]): Promise<void> {
  if (topics.length === 0) return;
  await execute(sql`insert into change (topic) select distinct unnest(${topics}::text[])`, executor);
  await executor.query("notify breakwater_change");
}
