import { z } from "zod";
import { AppError } from "#domain/app-error.ts";
import { requireRole } from "#domain/require-role.ts";
import type { Actor } from "#domain/role.ts";
import { recordAudit } from "#store/audit.ts";
import { recordChange } from "#store/change.ts";
import { queueScan } from "#store/image/image-scan.ts";
import { type LockedJob, lockJob, runAgain } from "#store/queue/job.ts";
import { jobPayloads } from "#store/queue/queue.ts";
import { type Transaction, transaction } from "#store/transaction.ts";

export const RetryJobInput = z.object({ jobId: z.uuid() });

/**
 * Runs a failed job again. A failed scan has ended for good, so a new scan of its image is queued in its place. Throws
 * `not-found` for an unknown job and `conflict` for one that has not failed.
 */
export async function retryJob(actor: Actor, input: unknown): Promise<void> {
  requireRole(actor, "admin");
  const { jobId } = RetryJobInput.parse(input);
  await transaction(async (tx) => {
    const job = await lockedJob(tx, jobId);
    if (job.state !== "failed")
      throw new AppError("conflict", `This job is ${words[job.state] ?? job.state}. Only a failed job can be retried.`);
    if (job.name === "scan-image") {
      const { registryId, digest } = jobPayloads["scan-image"].parse(job.data);
      await queueScan(tx, { registryId, digest }, "person");
    } else {
      await runAgain(tx, job);
    }
    await recordAudit(tx, actor, {
      action: "job.retry",
      target: { kind: "job", id: jobId, name: job.name },
      before: { state: job.state },
    });
    await recordChange(tx, "jobs");
  });
}

const words: Record<string, string> = {
  created: "waiting",
  retry: "waiting",
  active: "running",
  completed: "done",
  cancelled: "cancelled",
};

/** The job, locked until the transaction ends. Throws `not-found` when the queue does not hold it. */
export async function lockedJob(tx: Transaction, jobId: string): Promise<LockedJob> {
  const job = await lockJob(tx, jobId);
  if (!job)
    throw new AppError("not-found", "There is no such job. Finished jobs are removed after 3 days. Reload the list.");
  return job;
}
