import { setTimeout as delay } from "node:timers/promises";
import { log } from "#log.ts";
import { lostClaims, takeBack } from "#store/queue/worker-lifeline.ts";

const LOOK_EVERY_MS = 1000;

/**
 * Looks every second for jobs of workers that are gone and puts them back; `wake` is told the name of the job, so that it is taken
 * at once. The queue's own heartbeat (20 s) stays for a machine that vanished without closing its connection.
 */
export async function watchLostWorkers(options: { stop: AbortSignal; wake: (job: string) => void }): Promise<void> {
  let suspects = new Set<string>();
  while (!options.stop.aborted) {
    await delay(LOOK_EVERY_MS, undefined, { ref: false });
    try {
      const lost = await lostClaims();
      for (const claim of lost.filter((candidate) => suspects.has(candidate.job_id))) {
        const name = await takeBack(claim);
        if (name === null) continue;
        log.warn({ job: name, jobId: claim.job_id }, "the worker of a running job is gone; the job is taken over");
        options.wake(name);
      }
      suspects = new Set(lost.map(({ job_id }) => job_id));
    } catch (error) {
      log.warn({ err: error }, "jobs of lost workers could not be looked for");
    }
  }
}
