import { z } from "zod";
import { AppError } from "#domain/app-error.ts";
import { requireRole } from "#domain/require-role.ts";
import type { Actor } from "#domain/role.ts";
import { recordAudit } from "#store/audit.ts";
import { recordChange } from "#store/change.ts";
import { finishScan } from "#store/image/image-scan.ts";
import { callOff } from "#store/queue/job.ts";
import { jobPayloads } from "#store/queue/queue.ts";
import { transaction } from "#store/transaction.ts";
import { lockedJob } from "./retry-job.ts";

export const CancelJobInput = z.object({ jobId: z.uuid() });

/**
 * Calls a waiting or running job off. A running scan notices within a second and stops; its earlier result stays. Throws
 * `not-found` for an unknown job and `conflict` for one that has ended.
 */
export async function cancelJob(actor: Actor, input: unknown): Promise<void> {
  requireRole(actor, "admin");
  const { jobId } = CancelJobInput.parse(input);
  await transaction(async (tx) => {
    const job = await lockedJob(tx, jobId);
    if (!["created", "retry", "active"].includes(job.state))
      throw new AppError("conflict", "This job has ended. There is nothing to cancel.");
    await callOff(tx, job);
    if (job.name === "scan-image") await endScan(tx, job.data, actor);
    await recordAudit(tx, actor, {
      action: "job.cancel",
      target: { kind: "job", id: jobId, name: job.name },
      before: { state: job.state },
    });
    await recordChange(tx, "jobs");
  });
}

async function endScan(tx: Parameters<typeof finishScan>[0], data: unknown, actor: Actor): Promise<void> {
  const { registryId, scanId, digest } = jobPayloads["scan-image"].parse(data);
  await finishScan(tx, { registryId, scanId, state: "cancelled", error: `Cancelled by ${actor.name}` });
  await recordChange(tx, `image:${digest}`, `registry:${registryId}`);
}
