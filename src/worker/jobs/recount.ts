import { setTimeout as delay } from "node:timers/promises";
import { clock } from "#clock.ts";
import { defineJob } from "../define-job.ts";
import { recountNext } from "../recount-next.ts";
import { endOrphanScans } from "../scan/end-orphan-scans.ts";

/** Marks that arrive while a recount runs wait for the next one, at least this long after the last began. */
const INTERVAL_MS = 1000;
let lastStartedMs = Number.NEGATIVE_INFINITY;

/** Counts everything that is marked dirty, batch by batch. One at a time and at most once a second. */
export default defineJob("recount", async (_payload, { signal, log }) => {
  const waitMs = lastStartedMs + INTERVAL_MS - clock.monotonicMs();
  if (waitMs > 0) await delay(waitMs, undefined, { signal });
  lastStartedMs = clock.monotonicMs();
  let batches = 0;
  while (await recountNext()) {
    batches += 1;
    signal.throwIfAborted();
  }
  await endOrphanScans();
  log.debug({ batches, durationMs: Math.round(clock.monotonicMs() - lastStartedMs) }, "recounted");
});
