import { randomBytes } from "node:crypto";
import { hostname } from "node:os";
import { setTimeout as delay } from "node:timers/promises";
import { clock } from "#clock.ts";
import { log } from "#log.ts";
import { closeDatabase } from "#store/client.ts";
import { maskStoredHistories } from "#store/image/mask-histories.ts";
import { beat, endBeat, type ProcessIdentity } from "#store/queue/process-heartbeat.ts";
import { openQueue, stopQueue } from "#store/queue/queue.ts";
import { keepSchedules } from "#store/queue/schedules.ts";
import { importAtStart } from "./import-at-start.ts";
import { loadJobs } from "./load-jobs.ts";
import { publishRules } from "./publish-rules.ts";
import { handBack, runJobs, type Work } from "./run-jobs.ts";
import { startDemoIfAsked } from "./start-demo.ts";

// The second process of Breakwater: takes jobs from the queue until it is told to stop.

const BEAT_SECONDS = 5;
/** After this long a stopping worker ends its jobs; the launcher allows 10 s in all. */
const GRACE_MS = 5000;

const identity: ProcessIdentity = {
  id: `${hostname()}:${process.pid}:${randomBytes(4).toString("hex")}`,
  role: "worker",
  startedAt: clock.now(),
};
const stop = new AbortController();

await publishRules();
const definitions = await loadJobs();
const boss = await openQueue();
await maskStoredHistories().catch((error) => log.error({ err: error }, "stored build histories could not be masked"));
await startDemoIfAsked();
const work = await runJobs(boss, definitions, stop.signal);
await keepSchedules();
await importAtStart().catch((error) =>
  log.error({ err: error }, "the imports that the environment asks for were not queued"),
);
await beat(identity, describe(work));
const timer = setInterval(() => {
  beat(identity, describe(work)).catch((error) => log.warn({ err: error }, "the heartbeat was not written"));
}, BEAT_SECONDS * 1000);
log.info({ jobs: definitions.map(({ name }) => name) }, "the worker takes jobs");
process.send?.({ ready: true });

let isStopping = false;
for (const signal of ["SIGTERM", "SIGINT"] as const) process.on(signal, () => void shutDown(signal));
// The launcher was killed: nobody would stop this process any more.
process.on("disconnect", () => void shutDown("disconnect"));

async function shutDown(reason: string): Promise<void> {
  if (isStopping) return;
  isStopping = true;
  log.info({ reason, running: work.running.size }, "the worker stops");
  // A database that is already gone must not keep a stopping process alive.
  void delay(9500, undefined, { ref: false }).then(() => process.exit(1));
  clearInterval(timer);
  void delay(GRACE_MS, undefined, { ref: false }).then(async () => {
    await handBack(work).catch((error) => log.warn({ err: error }, "running jobs lose an attempt"));
    stop.abort(new Error("The worker is stopping"));
  });
  await stopQueue().catch((error) => log.warn({ err: error }, "the queue did not stop cleanly"));
  await endBeat(identity).catch(() => {});
  // A statement that still waits in the database would hold the pool open; it ends with its connection.
  await Promise.race([closeDatabase().catch(() => {}), delay(500)]);
  process.exit(0);
}

function describe(current: Work): Record<string, unknown> {
  const running = [...current.running].map(([id, job]) => ({ id, ...job }));
  return {
    pid: process.pid,
    host: hostname(),
    running,
    finished: current.finished,
    failed: current.failed,
    rssBytes: process.memoryUsage.rss(),
  };
}
