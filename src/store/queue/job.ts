import { z } from "zod";
import { type Executor, execute, selectFirst, sql } from "#store/sql.ts";
import { queue } from "./queue.ts";

const JobRow = z.object({ id: z.string(), name: z.string(), state: z.string(), data: z.unknown() });
export type LockedJob = z.infer<typeof JobRow>;

/** A job of the queue, locked until the transaction ends. */
export function lockJob(executor: Executor, jobId: string): Promise<LockedJob | undefined> {
  return selectFirst(
    JobRow,
    sql`select id, name, state::text as state, data from pgboss.job where id = ${jobId} for update`,
    executor,
  );
}

/** Puts a failed job back into its queue, in the caller's transaction. */
export async function runAgain(executor: Executor, job: LockedJob): Promise<void> {
  const boss = await queue();
  await boss.retry(job.name, job.id, { db: inTransaction(executor) });
}

/** Calls a job off, in the caller's transaction. A running one notices by itself. */
export async function callOff(executor: Executor, job: LockedJob): Promise<void> {
  const boss = await queue();
  await boss.cancel(job.name, job.id, { db: inTransaction(executor) });
}

/**
 * Gives running jobs their attempt back, before a stopping worker ends them: being stopped is no fault of a job. The queue
 * decides on a retry by comparing retry_count with retry_limit.
 */
export async function giveAttemptBack(jobIds: readonly string[]): Promise<void> {
  if (jobIds.length === 0) return;
  await execute(
    sql`update pgboss.job set retry_limit = retry_limit + 1, retry_delay = 0 where id = any(${jobIds}::uuid[]) and state = 'active'`,
  );
}

/** Leaves a job no further attempt: its failure cannot be mended by another. */
export async function leaveNoAttempt(job: { name: string; id: string }): Promise<void> {
  await execute(sql`update pgboss.job set retry_limit = retry_count where name = ${job.name} and id = ${job.id}`);
}

/** Deletes the jobs of a registry whose rows go; one that runs ends by itself. */
export async function deleteJobsOfRegistry(executor: Executor, registryId: string): Promise<void> {
  await execute(
    sql`delete from pgboss.job where data ->> 'registryId' = ${registryId} and state <> 'active'`,
    executor,
  );
}

const inTransaction = (executor: Executor) => ({
  executeSql: (text: string, values?: unknown[]) => executor.query(text, values),
});

/**
 * Puts a running job off without costing it an attempt: the failure that follows sends it back into the queue, due after
 * `seconds`. A job that was put off for a day is not put off any more.
 */
export async function putOff(jobId: string, seconds: number): Promise<void> {
  await execute(sql`update pgboss.job set retry_limit = retry_limit + 1, retry_delay = ${seconds}, retry_backoff = false
                     where id = ${jobId} and state = 'active' and created_on > now() - interval '1 day'`);
}
