import { z } from "zod";
import { AppError } from "#domain/app-error.ts";
import { requireRole } from "#domain/require-role.ts";
import type { Actor } from "#domain/role.ts";
import { decideImport, type ImportedFile, importState, readImport } from "#store/advisory/advisory-import.ts";
import { recordAudit } from "#store/audit.ts";
import { recordChange } from "#store/change.ts";
import { enqueue } from "#store/queue/queue.ts";
import { transaction } from "#store/transaction.ts";

export const DecideAdvisoryImportInput = z.object({
  importId: z.uuid(),
  decision: z.enum(["approve", "reject"]),
});

/**
 * Approves or rejects the updates of an import that wait because they would change unusually much. Approved ones are
 * imported by the worker from the file that was kept; rejected ones change nothing. Throws `conflict` when none waits.
 */
export async function decideAdvisoryImport(
  actor: Actor,
  input: unknown,
): Promise<{ state: string; feeds: ImportedFile[] }> {
  requireRole(actor, "admin");
  const { importId, decision } = DecideAdvisoryImportInput.parse(input);
  return transaction(async (tx) => {
    const job = await readImport(importId, tx, { lock: true });
    if (!job) throw new AppError("not-found", "There is no such import.");
    const waiting = job.feeds.filter((file) => file.state === "waiting");
    if (waiting.length === 0) throw new AppError("conflict", "No update of this import waits for a decision any more.");
    const isApproved = decision === "approve";
    const state = isApproved ? ("approved" as const) : ("rejected" as const);
    const feeds = job.feeds.map((file) => (file.state === "waiting" ? { ...file, state } : file));
    const next = isApproved ? "queued" : importState(feeds);
    await decideImport(tx, {
      importId,
      state: next,
      feeds,
      decidedBy: actor.name,
      rejectedFeeds: isApproved ? [] : waiting.flatMap((file) => file.feedId ?? []),
    });
    if (isApproved)
      await enqueue("import-advisories", { importId }, { executor: tx, priority: "person", key: importId });
    await recordAudit(tx, actor, {
      action: `advisories.${decision}`,
      target: { kind: "advisory-import", id: importId, name: waiting.map((file) => file.title).join(", ") },
      before: { state: job.state },
      after: { state: next },
    });
    await recordChange(tx, "advisories");
    return { state: next, feeds };
  });
}
