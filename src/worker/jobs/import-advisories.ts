import { readImport, saveImport } from "#store/advisory/advisory-import.ts";
import { pool } from "#store/client.ts";
import { defineJob } from "../define-job.ts";
import { runImport } from "../run-import.ts";

export default defineJob("import-advisories", async ({ importId }, { signal, isLastAttempt }) => {
  try {
    await runImport(importId, signal);
  } catch (error) {
    // Nobody would look at it again: an import must not seem to run for ever.
    if (isLastAttempt) await fail(importId, error);
    throw error;
  }
});

async function fail(importId: string, error: unknown): Promise<void> {
  const job = await readImport(importId);
  const reason = error instanceof Error ? error.message : String(error);
  if (job)
    await saveImport(pool(), importId, {
      state: "failed",
      feeds: job.feeds,
      error: `The import ended early: ${reason}`,
    });
}
