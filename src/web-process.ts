import { randomBytes } from "node:crypto";
import { hostname } from "node:os";
import { clock } from "#clock.ts";
import { ensureAdminFromEnvironment } from "#commands/ensure-admin-from-environment.ts";
import { watchRequestStart } from "#ingest/request-start.ts";
import { log } from "#log.ts";
import { beat, endBeat, type ProcessIdentity } from "#store/queue/process-heartbeat.ts";
import { queue } from "#store/queue/queue.ts";

const BEAT_SECONDS = 5;
const holder = globalThis as typeof globalThis & { breakwaterWebStarted?: true };

/** Connects the job queue, so that the first push need not wait for it, and keeps this process's heartbeat. */
export async function startWebProcess(): Promise<void> {
  // Development reloads modules; the process starts once.
  if (holder.breakwaterWebStarted) return;
  holder.breakwaterWebStarted = true;
  watchRequestStart();
  await ensureAdminFromEnvironment().catch((error) =>
    log.error({ err: error }, "the first admin could not be made from BREAKWATER_ADMIN_EMAIL"),
  );
  const identity: ProcessIdentity = {
    id: `${hostname()}:${process.pid}:${randomBytes(4).toString("hex")}`,
    role: "web",
    startedAt: clock.now(),
  };
  const work = () =>
    beat(identity, { pid: process.pid, host: hostname(), rssBytes: process.memoryUsage.rss() }).catch((error) =>
      log.warn({ err: error }, "the heartbeat was not written"),
    );
  await queue().catch((error) => log.error({ err: error }, "the job queue is not reachable yet"));
  await work();
  const timer = setInterval(work, BEAT_SECONDS * 1000);
  timer.unref();
  for (const signal of ["SIGTERM", "SIGINT"] as const) {
    process.once(signal, () => {
      clearInterval(timer);
      endBeat(identity).catch(() => {});
    });
  }
}
