import { clock } from "#clock.ts";
import { readBlobs } from "#store/blob.ts";
import { pool } from "#store/client.ts";
import { finishReport, pendingReports } from "#store/host/host-report.ts";
import { assessReport } from "../assess-report.ts";
import { defineJob } from "../define-job.ts";

/**
 * Assesses every report of a host that waits, in the order its agent made them, so that the history says which report
 * changed what. A report that cannot be read ends as failed with its reason and does not block the ones behind it.
 */
export default defineJob(
  "assess-host",
  async ({ hostId }, { signal, log }) => {
    for (;;) {
      const waiting = await pendingReports(pool(), hostId);
      if (waiting.length === 0) return;
      for (const report of waiting) {
        signal.throwIfAborted();
        const body = report.bodySha256
          ? (await readBlobs([report.bodySha256])).get(Buffer.from(report.bodySha256).toString("hex"))
          : undefined;
        if (!body) {
          await finishReport(pool(), hostId, report.id, { state: "failed", error: "The stored report is gone." });
          continue;
        }
        try {
          await assessReport(hostId, { report, body, now: clock.now() });
        } catch (error) {
          if (!(error instanceof SyntaxError || (error instanceof Error && error.name === "ZodError"))) throw error;
          log.warn({ hostId, reportId: report.id }, "a stored report could not be read");
          await finishReport(pool(), hostId, report.id, {
            state: "failed",
            error: `The report could not be read: ${error.message.slice(0, 300)}`,
          });
        }
      }
    }
  },
  { concurrency: 2 },
);
