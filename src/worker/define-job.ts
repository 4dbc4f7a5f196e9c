import type { Logger } from "pino";
import { AppError, type ErrorCode } from "#domain/app-error.ts";
import type { JobName, JobPayload } from "#store/queue/queue.ts";

/** What a handler is told about the run it is in. */
export interface JobContext {
  jobId: string;
  /** Aborted when the job has run out of time, was cancelled, or the worker stops and the grace is over. */
  signal: AbortSignal;
  /** 1 for the first run of the job. */
  attempt: number;
  /** No retry follows a failure of this run, so the handler should leave its resource in a final state. */
  isLastAttempt: boolean;
  /** Says, in a sentence that System health shows with the job, what was not done and why. Nothing said, it was done. */
  note: (sentence: string | undefined) => void;
  /** Carries the job's id and name. */
  log: Logger;
}

export interface JobDefinition<Name extends JobName = JobName> {
  name: Name;
  handler: (payload: JobPayload<Name>, context: JobContext) => Promise<void>;
  /** How many of these run at once in one worker process. */
  concurrency: number;
  /** How many of these one registry may have running, per worker process. */
  perRegistry?: number | undefined;
}

/**
 * Declares what a job does. The default export of every file in `worker/jobs`; the payload arrives parsed. A handler may
 * run again at any time (crash, retry, duplicate), so the same job must always give the same rows.
 */
export function defineJob<Name extends JobName>(
  name: Name,
  handler: JobDefinition<Name>["handler"],
  options: { concurrency?: number; perRegistry?: number } = {},
): JobDefinition<Name> {
  return { name, handler, concurrency: options.concurrency ?? 1, perRegistry: options.perRegistry };
}

/** A failure that no retry can mend. The job is dead at once and its message is shown with the resource. */
export class PermanentJobError extends Error {
  constructor(message: string, options: { cause?: unknown } = {}) {
    super(message, options);
    this.name = "PermanentJobError";
  }
}

/** Refused, missing or malformed stays so until a person acts. Everything else is worth another try. */
const permanentCodes: readonly ErrorCode[] = [
  "bad-request",
  "validation-failed",
  "unauthenticated",
  "forbidden",
  "not-found",
  "gone",
  "too-large",
  "unsupported-media-type",
];

/** True when retrying the job cannot help. */
export function isPermanent(error: unknown): boolean {
  return error instanceof PermanentJobError || (error instanceof AppError && permanentCodes.includes(error.code));
}
