import { z } from "zod";
import { selectFirst, sql } from "#store/sql.ts";

/** Part of the health answer that says whether this process can serve. */
export interface ProcessHealth {
  status: "ok" | "unavailable";
  database: "ok" | "unreachable";
  queue: "ok" | "unreachable" | "missing";
}

const TIMEOUT_MS = 3000;

/** Asks the database whether it answers and whether the job queue is installed. Takes at most three seconds. No secrets. */
export async function processHealth(): Promise<ProcessHealth> {
  const question = selectFirst(z.object({ has_queue: z.boolean() }), sql`select has_job_queue() as has_queue`);
  const answer = await Promise.race([question.catch(() => undefined), timeout()]);
  if (!answer) return { status: "unavailable", database: "unreachable", queue: "unreachable" };
  return {
    status: answer.has_queue ? "ok" : "unavailable",
    database: "ok",
    queue: answer.has_queue ? "ok" : "missing",
  };
}

function timeout(): Promise<undefined> {
  return new Promise((resolve) => setTimeout(() => resolve(undefined), TIMEOUT_MS).unref());
}
