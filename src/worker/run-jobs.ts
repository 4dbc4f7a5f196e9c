import type { JobWithMetadata, PgBoss } from "pg-boss";
import { clock } from "#clock.ts";
import { AppError } from "#domain/app-error.ts";
import { log } from "#log.ts";
import { recordChange } from "#store/change.ts";
import { pool } from "#store/client.ts";
import { giveAttemptBack, leaveNoAttempt, putOff } from "#store/queue/job.ts";
import { otherWorkers } from "#store/queue/process-heartbeat.ts";
import { type JobName, type JobPayload, jobPayloads } from "#store/queue/queue.ts";
import { holdLifeline, type Lifeline } from "#store/queue/worker-lifeline.ts";
import { isPermanent, type JobDefinition, PermanentJobError } from "./define-job.ts";
import { watchLostWorkers } from "./lost-workers.ts";

/** What the worker is doing now: shown on the system health page through its heartbeat. */
export interface Work {
  running: Map<string, { name: JobName; startedAt: string }>;
  finished: number;
  failed: number;
}

/**
 * Starts taking jobs of every definition from an opened queue. `stop` fires when running jobs must come to an end: what they had not finished
 * goes back to the queue without costing an attempt.
 */
export async function runJobs(boss: PgBoss, definitions: readonly JobDefinition[], stop: AbortSignal): Promise<Work> {
  const work: Work = { running: new Map(), finished: 0, failed: 0 };
  const lifeline = await holdLifeline();
  const workers = 1 + (await otherWorkers());
  const takers = new Map<string, string[]>();
  for (const definition of definitions) {
    for (let taker = 0; taker < definition.concurrency; taker += 1) {
      const id = await takeJobs(boss, definition, { stop, work, lifeline, workers });
      takers.set(definition.name, [...(takers.get(definition.name) ?? []), id]);
    }
  }
  const wake = (name: string) => {
    for (const id of takers.get(name) ?? []) boss.notifyWorker(id);
  };
  void watchLostWorkers({ stop, wake });
  return work;
}

/**
 * One taker of jobs. Whoever has just run one looks for the next at once: a backlog (first sync, restart, a fleet of hosts)
 * must not wait for a notification per job, and the queue's own bursts are for batches only. Nothing found, it waits.
 * Retries come due without a notification, hence the short poll beside it.
 */
async function takeJobs(boss: PgBoss, definition: JobDefinition, context: RunContext): Promise<string> {
  let id: string | undefined;
  const options = {
    includeMetadata: true,
    pollingIntervalSeconds: 1,
    notifyPollingIntervalSeconds: 2,
    ...(definition.perRegistry ? { groupConcurrency: definition.perRegistry * context.workers } : {}),
  } as const;
  id = await boss.work(definition.name, options, async (jobs: JobWithMetadata<unknown>[]) => {
    try {
      const [job] = jobs;
      return job ? await runJob(definition, job, context) : undefined;
    } finally {
      if (id !== undefined) boss.notifyWorker(id);
    }
  });
  return id;
}

interface RunContext {
  stop: AbortSignal;
  work: Work;
  lifeline: Lifeline;
  /** Worker processes that ran when this one started, itself included. */
  workers: number;
}

/** Runs one job. Answers what the queue keeps of it beside its outcome. */
async function runJob(
  definition: JobDefinition,
  job: JobWithMetadata<unknown>,
  context: RunContext,
): Promise<{ message: string } | undefined> {
  const { stop, work, lifeline } = context;
  const jobLog = log.child({ jobId: job.id, job: definition.name });
  const started = clock.monotonicMs();
  const attempt = job.retryCount + 1;
  let said: string | undefined;
  work.running.set(job.id, { name: definition.name, startedAt: clock.now().toISOString() });
  await announce();
  try {
    await lifeline.claim(job.id);
    const payload = parsePayload(definition.name, job.data);
    await definition.handler(payload, {
      jobId: job.id,
      signal: AbortSignal.any([job.signal, stop]),
      attempt,
      isLastAttempt: job.retryCount >= job.retryLimit,
      note: (sentence) => {
        said = sentence ?? said;
      },
      log: jobLog,
    });
    work.finished += 1;
    const durationMs = Math.round(clock.monotonicMs() - started);
    jobLog.info({ attempt, durationMs, ...(said ? { note: said } : {}) }, "job finished");
    return said ? { message: said } : undefined;
  } catch (error) {
    work.failed += 1;
    // The other side asked for a pause: it is kept outside of this taker.
    const pauseSeconds = error instanceof AppError ? error.retryAfterSeconds : undefined;
    if (pauseSeconds !== undefined) await putOff(job.id, pauseSeconds).catch(() => {});
    if (isPermanent(error) && !stop.aborted) {
      await leaveNoAttempt(job).catch((cause) => jobLog.warn({ err: cause }, "the job will be retried in vain"));
    }
    jobLog.warn({ err: error, attempt, isPermanent: isPermanent(error), isHandedBack: stop.aborted }, "job failed");
    throw error;
  } finally {
    work.running.delete(job.id);
    await lifeline.release(job.id).catch(() => {});
    await announce();
  }
}

function parsePayload<Name extends JobName>(name: Name, data: unknown): JobPayload<Name> {
  const parsed = jobPayloads[name].safeParse(data);
  if (!parsed.success)
    throw new PermanentJobError(`The payload of this ${name} job does not fit: ${parsed.error.message}`);
  // zod types the union of all payloads; the schema was picked by the same name.
  return parsed.data as JobPayload<Name>;
}

/** Gives every running job its attempt back, before a stopping worker ends it. */
export function handBack(work: Work): Promise<void> {
  return giveAttemptBack([...work.running.keys()]);
}

/** Job lists are live. A failed hint only means that a page is a moment older. */
async function announce(): Promise<void> {
  await recordChange(pool(), "jobs").catch(() => {});
}
