import { afterEach, describe, expect, test } from "vitest";
import { z } from "zod";
import { enqueue, openQueue, queue, stopQueue } from "#store/queue/queue.ts";
import { schedules } from "#store/queue/schedules.ts";
import { execute, selectRows, sql } from "#store/sql.ts";
import { startWorker, type WorkerProcess } from "./worker-process.ts";

// The real worker in every way of starting it. A feed address that refuses keeps the network out of it.
const FEEDS = { BREAKWATER_FEEDS: "on", BREAKWATER_FEEDS_URL: "http://127.0.0.1:9/" };
const workers: WorkerProcess[] = [];
afterEach(async () => {
  for (const worker of workers.splice(0)) {
    worker.kill("SIGKILL");
    await worker.exited;
  }
});

/** Lets every schedule come due with the next look at the clock. Answers when that was. */
async function makeDue(): Promise<Date> {
  await execute(sql`update pgboss.schedule set cron = '* * * * *'`);
  await execute(sql`update pgboss.version set cron_on = null`);
  const [row] = await selectRows(z.object({ at: z.date() }), sql`select now() as at`);
  return row?.at ?? new Date(0);
}

/** The scheduled jobs that were made after `since` and that a worker took. */
async function takenSince(since: Date): Promise<string[]> {
  const names = await selectRows(
    z.object({ name: z.string() }),
    sql`select distinct name from pgboss.job where singleton_key = 'all' and created_on > ${since} and started_on is not null
           and name in (select name from pgboss.schedule) order by name`,
  );
  return names.map(({ name }) => name);
}

const ways = [
  { way: "as it is", env: FEEDS },
  { way: "with the demo", env: { ...FEEDS, BREAKWATER_DEMO: "1" } },
  { way: "with the demo that is loaded already", env: FEEDS },
  { way: "without feeds", env: { BREAKWATER_FEEDS: "off" } },
  { way: "after a process that only sends", env: FEEDS },
];

describe.each(ways)("a worker started $way", ({ way, env }) => {
  test("runs every job that the clock asks for", async () => {
    if (way === "after a process that only sends") await enqueue("recount", {}, { key: "sender" });
    workers.push(await startWorker(env));
    const wanted = schedules
      .map(({ name }) => name)
      .filter((name) => name !== "pull-feeds" || env === FEEDS || "BREAKWATER_DEMO" in env);
    const scheduled = await selectRows(
      z.object({ name: z.string() }),
      sql`select name from pgboss.schedule order by name`,
    );
    expect(scheduled.map(({ name }) => name)).toEqual(wanted.toSorted());
    const since = await makeDue();
    await expect.poll(() => takenSince(since), { timeout: 140_000, interval: 1000 }).toEqual(wanted.toSorted());
  }, 200_000);
});

test("a process that sent first and takes jobs later supervises and keeps the clock", async () => {
  const sender = await queue();
  const taker = await openQueue();
  expect(taker).not.toBe(sender);
  expect(await queue()).toBe(taker);
  await stopQueue();
});
