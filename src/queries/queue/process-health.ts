import { z } from "zod";
import { selectFirst, sql } from "#store/sql.ts";

/** Part of the health answer that says whether this process can serve. */
export interface ProcessHealth {
  status: "ok" | "unavailable";
  database: "ok" | "unreachable";
  queue: "ok" | "unreachable" | "missing";
  /** `stopped`: the database answers, and nothing has been written for a while. Its disk may be full. */
  writing: "ok" | "stopped" | "unreachable";
}

const TIMEOUT_MS = 3000;
/** Every web process writes that it lives every 5 s: four in a row that are missing could not be written. */
const silentAfterSeconds = 20;

/**
 * Asks the database whether it answers, can be written and has the job queue. Takes at most three seconds. No secrets.
 */
export async function processHealth(): Promise<ProcessHealth> {
  const question = selectFirst(
    z.object({ has_queue: z.boolean(), is_written: z.boolean() }),
    sql`select has_job_queue() as has_queue, exists (
          select 1 from process_heartbeat where role = 'web' and seen_at > now() - make_interval(secs => ${silentAfterSeconds})) as is_written`,
  );
  const answer = await Promise.race([question.catch(() => undefined), timeout()]);
  if (!answer) return { status: "unavailable", database: "unreachable", queue: "unreachable", writing: "unreachable" };
  return {
    status: answer.has_queue && answer.is_written ? "ok" : "unavailable",
    database: "ok",
    queue: answer.has_queue ? "ok" : "missing",
    writing: answer.is_written ? "ok" : "stopped",
  };
}

function timeout(): Promise<undefined> {
  return new Promise((resolve) => setTimeout(() => resolve(undefined), TIMEOUT_MS).unref());
}
