import pino from "pino";
import { z } from "zod";
import { type JobName, queue } from "#store/queue/queue.ts";
import { selectRows, sql } from "#store/sql.ts";
import type { JobDefinition } from "../../src/worker/define-job.ts";

const quiet = pino({ level: "silent" });
const loaders: Partial<Record<JobName, () => Promise<{ default: unknown }>>> = {
  "read-manifest": () => import("../../src/worker/jobs/read-manifest.ts"),
  "verify-delete": () => import("../../src/worker/jobs/verify-delete.ts"),
  "scan-image": () => import("../../src/worker/jobs/scan-image.ts"),
  "reconcile-registry": () => import("../../src/worker/jobs/reconcile-registry.ts"),
};

/** Runs every waiting job of these names, and those they add, with the product's own handlers. Returns how many ran. */
export async function drainJobs(...names: JobName[]): Promise<number> {
  const boss = await queue();
  let ran = 0;
  for (let found = true; found; ) {
    found = false;
    for (const name of names) {
      // The registry of jobs is typed by name; here one handler is picked by the same name.
      const definition = (await loaders[name]?.())?.default as JobDefinition | undefined;
      for (const job of await boss.fetch(name, { batchSize: 50 })) {
        found = true;
        ran += 1;
        try {
          await definition?.handler(job.data as never, {
            jobId: job.id,
            signal: new AbortController().signal,
            attempt: 1,
            isLastAttempt: true,
            note: () => {},
            log: quiet,
          });
          await boss.complete(name, job.id);
        } catch (error) {
          await boss.fail(name, job.id, { message: String(error) });
          throw error;
        }
      }
    }
  }
  return ran;
}

/** How many jobs of a name wait. */
export async function waitingJobs(name: JobName): Promise<number> {
  await queue();
  const [row] = await selectRows(
    z.object({ n: z.number() }),
    sql`select count(*)::int as n from pgboss.job where name = ${name} and state = 'created'`,
  );
  return row?.n ?? 0;
}
