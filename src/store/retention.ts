import { z } from "zod";
import { execute, selectFirst, sql } from "./sql.ts";

const DAY_MS = 86_400_000;

/** Removes what is past its time from the small tables that are not cut by month. Returns the number of rows per table. */
export async function expireOldRows(now: Date): Promise<Record<string, number>> {
  const ago = (days: number) => new Date(now.getTime() - days * DAY_MS);
  const statements = {
    change: sql`delete from change where at < ${ago(1)}`,
    deliverySeen: sql`delete from delivery_seen where seen_at < ${ago(14)}`,
    session: sql`delete from session where expires_at < ${now}`,
    verification: sql`delete from verification where expires_at < ${now}`,
    rateLimit: sql`delete from rate_limit where last_request < ${ago(1).getTime()}`,
    // Dead tokens stay on the tokens page for a while, so that people see what stopped working and why.
    apiToken: sql`delete from api_token where least(expires_at, revoked_at) < ${ago(90)}`,
    processHeartbeat: sql`delete from process_heartbeat where seen_at < ${ago(1)}`,
    notice: sql`delete from notice where updated_at < ${ago(400)}`,
  };
  const counts: Record<string, number> = {};
  for (const [table, statement] of Object.entries(statements)) {
    const removed = await execute(statement);
    if (removed > 0) counts[table] = removed;
  }
  return counts;
}

/** True when something was marked for counting over a minute ago and nobody has counted it. */
export async function hasDirtyMarks(now: Date): Promise<boolean> {
  const row = await selectFirst(
    z.object({ found: z.boolean() }),
    sql`select exists (select 1 from dirty_mark where marked_at < ${new Date(now.getTime() - 60_000)}) as found`,
  );
  return row?.found ?? false;
}
