import { randomInt } from "node:crypto";
import { setTimeout as delay } from "node:timers/promises";
import pg from "pg";
import { z } from "zod";
import { config } from "#config.ts";
import { log } from "#log.ts";
import { execute, selectRows, sql } from "#store/sql.ts";
import { queue } from "./queue.ts";

/** Class of the advisory locks by which worker processes show that they live. */
const LOCK_CLASS = 727_274_303;
const RECONNECT_MS = 500;

/** A worker's sign of life: a lock in a session of its own, which Postgres frees the moment the process is gone. */
export interface Lifeline {
  /** Notes that this process runs the job. */
  claim(jobId: string): Promise<void>;
  release(jobId: string): Promise<void>;
  end(): Promise<void>;
}

export async function holdLifeline(): Promise<Lifeline> {
  const worker = randomInt(1, 2 ** 31 - 1);
  let client: pg.Client | undefined;
  let isEnding = false;
  const hold = async (): Promise<void> => {
    const session = new pg.Client({ connectionString: config().databaseUrl, application_name: "breakwater-lifeline" });
    session.on("error", () => {});
    session.once("end", () => void holdAgain());
    await session.connect();
    await session.query("select pg_advisory_lock($1, $2)", [LOCK_CLASS, worker]);
    client = session;
  };
  const holdAgain = async (): Promise<void> => {
    while (!isEnding) {
      await delay(RECONNECT_MS, undefined, { ref: false });
      try {
        return await hold();
      } catch (error) {
        log.warn({ err: error }, "the worker cannot show that it lives");
      }
    }
  };
  await hold();
  return {
    claim: (jobId) =>
      execute(sql`insert into job_claim (job_id, worker) values (${jobId}, ${worker})
        on conflict (job_id) do update set worker = excluded.worker`).then(() => {}),
    release: (jobId) =>
      execute(sql`delete from job_claim where job_id = ${jobId} and worker = ${worker}`).then(() => {}),
    end: async () => {
      isEnding = true;
      await client?.end();
    },
  };
}

const Claim = z.object({ job_id: z.string(), worker: z.number() });

/** Claims of workers that hold their lock no longer. One look may fall into a reconnect; believe it after a second one. */
export function lostClaims(): Promise<z.infer<typeof Claim>[]> {
  return selectRows(
    Claim,
    sql`select c.job_id, c.worker from job_claim c
         where not exists (
           select 1 from pg_locks l join pg_database d on d.oid = l.database
            where d.datname = current_database() and l.locktype = 'advisory' and l.granted
              and l.classid = ${LOCK_CLASS}::oid and l.objid = c.worker::oid)`,
  );
}

/**
 * Puts a lost worker's job back into the queue, due at once; it cost the job an attempt. Returns the job's name, or null when it
 * had ended or another process was quicker.
 */
export async function takeBack(claim: z.infer<typeof Claim>): Promise<string | null> {
  const [taken] = await selectRows(
    z.object({ name: z.string().nullable() }),
    sql`with gone as (delete from job_claim where job_id = ${claim.job_id} and worker = ${claim.worker} returning job_id)
        select (select name from pgboss.job j where j.id = gone.job_id and j.state = 'active') as name from gone`,
  );
  if (!taken?.name) return null;
  const boss = await queue();
  await boss.fail(taken.name, claim.job_id, { message: "The worker process that ran this job ended." });
  await execute(sql`update pgboss.job set start_after = now() where id = ${claim.job_id} and state = 'retry'`);
  return taken.name;
}
