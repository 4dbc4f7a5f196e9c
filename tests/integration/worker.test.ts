import { afterEach, expect, test } from "vitest";
import { z } from "zod";
import { systemActor } from "#commands/system-actor.ts";
import { jobList } from "#queries/queue/job-list.ts";
import { pool } from "#store/client.ts";
import { newId } from "#store/ids.ts";
import { enqueue, enqueueMany } from "#store/queue/queue.ts";
import { execute, selectRows, sql } from "#store/sql.ts";
import { startWorker, type WorkerProcess } from "./worker-process.ts";

// The real worker process, really killed. The housekeeping job is held in its middle by a lock on a table it needs.
const workers: WorkerProcess[] = [];
const held: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const release of held.splice(0)) await release();
  for (const worker of workers.splice(0)) {
    worker.kill("SIGKILL");
    await worker.exited;
  }
});
async function start(): Promise<WorkerProcess> {
  const worker = await startWorker();
  workers.push(worker);
  // The clock must not add a job of its own while one is held.
  await execute(sql`delete from pgboss.schedule`);
  return worker;
}

const JobRow = z.object({ id: z.string(), state: z.string(), retry_count: z.number(), retry_limit: z.number() });
const jobs = (id: string) =>
  selectRows(JobRow, sql`select id, state::text, retry_count, retry_limit from pgboss.job where id = ${id}`);
const stateOf = async (id: string) => (await jobs(id))[0]?.state;

/** Holds the table that housekeeping empties last, so that a running job stays in its middle. */
async function holdHousekeeping(): Promise<() => Promise<void>> {
  const client = await pool().connect();
  await client.query("begin");
  await client.query("lock table notice in access exclusive mode");
  let isHeld = true;
  const release = async () => {
    if (!isHeld) return;
    isHeld = false;
    await client.query("rollback");
    client.release();
  };
  held.push(release);
  return release;
}

async function idle(): Promise<void> {
  await expect
    .poll(
      async () =>
        (
          await selectRows(
            z.object({ id: z.string() }),
            sql`select id from pgboss.job where state < 'completed' and not starts_with(name, '__')`,
          )
        ).length,
      { timeout: 120_000 },
    )
    .toBe(0);
}

async function runningHousekeeping(): Promise<string> {
  const id = (await enqueue("maintenance", {}, { key: "killed" })) ?? "";
  await expect.poll(() => stateOf(id), { timeout: 120_000 }).toBe("active");
  await expect
    .poll(
      async () =>
        (await selectRows(z.object({ n: z.bigint() }), sql`select count(*) as n from pg_locks where not granted`))[0]
          ?.n,
      { timeout: 120_000 },
    )
    .toBeGreaterThan(0n);
  return id;
}

test("a job whose worker is killed in its middle is run again by another worker, and its effect is there once", async () => {
  const first = await start();
  await idle();
  await execute(sql`insert into rate_limit (id, key, count, last_request) values ('old', 'old', 1, 0)`);
  await execute(sql`insert into notice (root_id, id, kind, dedupe_key, severity, severity_rank, title, detail, href, updated_at)
    select gen_random_uuid(), gen_random_uuid(), 'new-findings', n::text, 'high', 4, 't', 'd', '/', now() - make_interval(days => n)
      from unnest(array[1, 500]) as n`);
  const release = await holdHousekeeping();
  const id = await runningHousekeeping();
  first.kill("SIGKILL");
  expect(await first.exited).toBe("SIGKILL");
  expect(await stateOf(id)).toBe("active");
  await release();

  await start();
  await expect.poll(() => stateOf(id), { timeout: 180_000, interval: 500 }).toBe("completed");
  expect(await jobs(id)).toMatchObject([{ state: "completed", retry_count: 1 }]);
  const notices = await selectRows(z.object({ dedupe_key: z.string() }), sql`select dedupe_key from notice`);
  expect(notices.map((row) => row.dedupe_key)).toEqual(["1"]);
  const partitions = await selectRows(
    z.object({ parent: z.string(), n: z.bigint() }),
    sql`select inhparent::regclass::text as parent, count(*) as n from pg_inherits join pg_class c on c.oid = inhparent
         where c.relname in ('delivery', 'audit_entry', 'status_history') group by 1 order by 1`,
  );
  expect(partitions).toEqual(["audit_entry", "delivery", "status_history"].map((parent) => ({ parent, n: 4n })));
}, 400_000);

test("the job of a killed worker is taken over by one that runs, in under five seconds", async () => {
  const both = [await start(), await start()];
  await idle();
  const release = await holdHousekeeping();
  const id = await runningHousekeeping();
  const runner = async () => {
    const [row] = await selectRows(
      z.object({ pid: z.number() }),
      sql`select (detail ->> 'pid')::int as pid from process_heartbeat where detail -> 'running' @> ${JSON.stringify([{ id }])}::jsonb`,
    );
    return both.find((worker) => worker.pid === row?.pid);
  };
  await expect.poll(runner, { timeout: 60_000 }).toBeDefined();
  const killed = await runner();
  killed?.kill("SIGKILL");
  await killed?.exited;
  const [gone] = await selectRows(z.object({ at: z.date() }), sql`select now() as at`);
  const taken = () =>
    selectRows(
      z.object({ seconds: z.number() }),
      sql`select extract(epoch from started_on - ${gone?.at})::double precision as seconds from pgboss.job
           where id = ${id} and state = 'active' and retry_count = 1`,
    );
  await expect.poll(async () => (await taken()).length, { timeout: 60_000, interval: 200 }).toBe(1);
  // The promise itself, by the database's clock: the queue's own heartbeat would have needed twenty.
  expect((await taken())[0]?.seconds).toBeLessThan(5);
  await release();
  await expect.poll(() => stateOf(id), { timeout: 60_000 }).toBe("completed");
  expect(await selectRows(z.object({ n: z.number() }), sql`select count(*)::int as n from job_claim`)).toEqual([
    { n: 0 },
  ]);
}, 400_000);

test("a worker that is asked to stop hands a running job back within ten seconds, at no cost to the job", async () => {
  const first = await start();
  await idle();
  const release = await holdHousekeeping();
  const id = await runningHousekeeping();
  const [before] = await jobs(id);
  first.kill("SIGTERM");
  expect(await first.exited).toBe(0);
  const [after] = await jobs(id);
  expect(after).toMatchObject({ state: "retry", retry_limit: (before?.retry_limit ?? 0) + 1 });
  expect(
    await selectRows(
      z.object({ id: z.string() }),
      sql`select id from process_heartbeat where role = 'worker' and seen_at > now() - interval '2 seconds'`,
    ),
  ).toEqual([]);
  await release();
  await start();
  await expect.poll(() => stateOf(id), { timeout: 180_000, interval: 500 }).toBe("completed");
}, 400_000);

test("a payload that does not fit is dead at once, and the others go on", async () => {
  await start();
  const bad = (
    await selectRows(
      z.object({ id: z.string() }),
      sql`insert into pgboss.job (name, data, policy, retry_limit, expire_seconds, deletion_seconds, keep_until)
          select 'scan-image', '{"digest": 1}', 'stately', 4, 60, 3600, now() + interval '1 hour' returning id`,
    )
  )[0]?.id;
  await expect.poll(() => stateOf(bad ?? ""), { timeout: 120_000 }).toBe("failed");
  expect((await jobs(bad ?? ""))[0]?.retry_count).toBe(0);
  const good = (await enqueue("recount", {}, { key: "after" })) ?? "";
  await expect.poll(() => stateOf(good), { timeout: 120_000 }).toBe("completed");
}, 400_000);

test("a job that did nothing says so, in the list of jobs", async () => {
  await start();
  const registryId = newId();
  const id = (await enqueue("reconcile-registry", { registryId, trigger: "person" }, { key: registryId })) ?? "";
  await expect.poll(() => stateOf(id), { timeout: 120_000 }).toBe("completed");
  const { rows } = await jobList(systemActor({ name: "test" }), { queue: "reconcile-registry" });
  expect(rows).toMatchObject([{ id, state: "done", reason: "The registry is no longer connected: nothing was read." }]);
}, 400_000);

test("a backlog that nobody announces any more is worked off job after job, not one per poll", async () => {
  const backlog = Array.from({ length: 300 }, () => ({ hostId: newId(), reportId: newId() }));
  await enqueueMany(
    "assess-host",
    backlog.map((payload) => ({ payload, key: payload.hostId })),
  );
  await start();
  // Two takers that wait for the poll after every job need five minutes.
  await expect
    .poll(
      () =>
        selectRows(
          z.object({ n: z.number() }),
          sql`select count(*)::int as n from pgboss.job where name = 'assess-host' and state = 'completed'`,
        ),
      { timeout: 100_000, interval: 500 },
    )
    .toEqual([{ n: 300 }]);
}, 400_000);
