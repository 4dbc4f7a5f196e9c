import { afterAll, afterEach, beforeEach, expect, test } from "vitest";
import { pool } from "#store/client.ts";
import { queue } from "#store/queue/queue.ts";
import { execute, sql } from "#store/sql.ts";
import { endScanThreads } from "../../src/worker/scan/scan-threads.ts";
import { expectCountsToEqualLists } from "../registry-double/count-check.ts";
import { recountAll, rows } from "../registry-double/estate.ts";
import { type MemoryRegistry, startMemoryRegistry } from "../registry-double/memory-registry.ts";
import { RandomEstate } from "../registry-double/random-estate.ts";

// Property: after any sequence of pushes, retirements, revivals, imports, exploits, exemptions of every scope and their ends, feeds
// that turn stale, disconnected registries, two counters at once and counters that are killed, every stored number equals the plain
// count that ships as `admin verify-figures`. SEED=… repeats a run; COUNTER_SEEDS=500 COUNTER_STEPS=30 is the long one.

const first = Number(process.env.SEED ?? Math.floor(Math.random() * 1e9));
const SEEDS = process.env.SEED ? 1 : Number(process.env.COUNTER_SEEDS ?? 24);
const STEPS = Number(process.env.COUNTER_STEPS ?? 15);

let opened: Promise<MemoryRegistry>;
beforeEach(async () => {
  opened = startMemoryRegistry();
  await emptyDatabase();
});
afterEach(async () => (await opened).stop());
afterAll(endScanThreads);

const seeds = Array.from({ length: SEEDS }, (_, nth) => (first + nth * 7919) % 1_000_000_007);

test.each(seeds)("every number equals its list after random changes (SEED=%i)", { timeout: 300_000 }, async (seed) => {
  const estate = new RandomEstate(seed, await opened);
  const findings = await estate.begin();
  expect(await expectCountsToEqualLists()).toEqual({ placements: 2, findings });
  const done: string[] = [];
  try {
    for (let step = 1; step <= STEPS; step += 1) {
      done.push(await estate.step());
      if (step % 5 !== 0 && step < STEPS) continue;
      await recountAll();
      await expectCountsToEqualLists();
    }
  } catch (error) {
    throw new Error(`SEED=${seed}, after ${done.join(", ")}: ${error instanceof Error ? error.message : error}`, {
      cause: error,
    });
  }
  expect(await rows(sql`select scope, key from dirty_mark`)).toEqual([]);
});

test("a check that misses a wrong figure would prove nothing", async () => {
  await new RandomEstate(first, await opened).begin();
  for (const [table, figure] of [
    ["place_figure", "fixable"],
    ["place_figure", "findings"],
    ["repository", "fixable"],
    ["resource_summary", "fixable"],
    ["resource_summary", "images_unhealthy"],
    ["flaw_total", "places"],
    ["registry_flaw", "images"],
  ]) {
    await execute({ text: `update ${table} set ${figure} = ${figure} + 1`, values: [] });
    await expect(expectCountsToEqualLists()).rejects.toThrow(`${figure} is`);
    await execute({ text: `update ${table} set ${figure} = ${figure} - 1`, values: [] });
  }
  await execute(sql`update feed set last_checked_at = now() - interval '49 hours'`);
  await expect(expectCountsToEqualLists()).rejects.toThrow("is_fed is true");
});

/** Each seed starts with nothing but what migrations and the start of a worker leave. */
async function emptyDatabase(): Promise<void> {
  const tables = await rows(
    sql`select quote_ident(c.relname) as name from pg_class c where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p')
          and not c.relispartition and c.relname not in ('_prisma_migrations', 'audit_entry', 'rule', 'setting', 'advisory_state')`,
  );
  await pool().query(`truncate ${tables.map((table) => table.name).join(", ")}`);
  await (await queue()).deleteAllJobs("scan-image");
}
