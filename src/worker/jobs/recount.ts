import { setTimeout as delay } from "node:timers/promises";
import { clock } from "#clock.ts";
import { countDirtyMarks } from "#store/count/dirty-marks.ts";
import { defineJob } from "../define-job.ts";
import { recountNext } from "../recount-next.ts";
import { endOrphanScans } from "../scan/end-orphan-scans.ts";

/** Marks that arrive while a recount runs wait for the next one, at least this long after the last began. */
const INTERVAL_MS = 1000;
let lastStartedMs = Number.NEGATIVE_INFINITY;
/** The aggregate over all flaws costs seconds on a large estate: marks that come after one wait this long for the next. */
const AGGREGATE_INTERVAL_MS = 10_000;
let lastAggregateMs = Number.NEGATIVE_INFINITY;

/** Counts everything that is marked dirty, batch by batch. One at a time and at most once a second. */
export default defineJob("recount", async (_payload, { signal, log }) => {
  const waitMs = lastStartedMs + INTERVAL_MS - clock.monotonicMs();
  if (waitMs > 0) await delay(waitMs, undefined, { signal });
  lastStartedMs = clock.monotonicMs();
  let batches = 0;
  for (;;) {
    const mayAggregate = clock.monotonicMs() >= lastAggregateMs + AGGREGATE_INTERVAL_MS;
    const aggregated = () => {
      lastAggregateMs = clock.monotonicMs();
    };
    signal.throwIfAborted();
    if (await recountNext({ mayAggregate, aggregated })) batches += 1;
    else if (mayAggregate || (await countDirtyMarks()) === 0) break;
    else await delay(INTERVAL_MS, undefined, { signal });
  }
  await endOrphanScans();
  log.debug({ batches, durationMs: Math.round(clock.monotonicMs() - lastStartedMs) }, "recounted");
});
