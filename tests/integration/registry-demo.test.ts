import { rmSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { z } from "zod";
import { loadDemo } from "#commands/load-demo.ts";
import { removeDemo } from "#commands/remove-demo.ts";
import type { Actor } from "#domain/role.ts";
import { selectRows, sql } from "#store/sql.ts";
import { type EventsServer, startEventsServer } from "../registry-double/events-server.ts";

// Read once at the first import: where the demo sends its notifications, and loopback closed but for its own port.
const { port } = vi.hoisted(() => {
  const port = 20_000 + Math.floor(Math.random() * 20_000);
  Object.assign(process.env, {
    PORT: String(port),
    BREAKWATER_ALLOW_LOOPBACK: "0",
    BREAKWATER_DATA_DIR: `/tmp/breakwater-demo-${port}`,
  });
  return { port };
});
const admin: Actor = { kind: "system", id: "test", name: "Test admin", role: "admin" };
const stop = new AbortController();
const folder = process.env.BREAKWATER_DATA_DIR ?? "";
let hook: EventsServer;

beforeAll(async () => {
  hook = await startEventsServer(() => "", port);
  const { loadJobs } = await import("../../src/worker/load-jobs.ts");
  const { openQueue } = await import("#store/queue/queue.ts");
  const { runJobs } = await import("../../src/worker/run-jobs.ts");
  await runJobs(await openQueue(), await loadJobs(), stop.signal);
});

afterAll(async () => {
  const { stopHost } = await import("../../src/worker/demo-host.ts");
  await stopHost({ forget: true });
  stop.abort();
  await hook.stop();
  rmSync(folder, { recursive: true, force: true });
});

test("the demo goes through registry, events, queue and scanner, and one click takes every trace away", async () => {
  const before = await rowCounts();
  await loadDemo(admin);
  await until(async () => (await jobState("load")) === "completed", 280_000);
  await until(
    async () =>
      (
        await selectRows(
          z.object({ at: z.date() }),
          sql`select retired_at as at from placement where retired_at is not null`,
        )
      ).length > 0,
    60_000,
  );
  expect(hook.statuses.filter((status) => status !== 202)).toEqual([]);
  const images = await selectRows(
    z.object({
      name: z.string(),
      state: z.string(),
      osState: z.string(),
      critical: z.number(),
      high: z.number(),
      retired: z.boolean(),
    }),
    sql`select r.name || '@' || p.platform as name, i.scan_state as state, i.os_state as "osState", f.critical, f.high, p.retired_at is not null as retired
          from placement p join place_figure f on f.registry_id = p.registry_id and f.placement_id = p.id join repository r on r.registry_id = p.registry_id and r.id = p.repository_id
          join image i on i.registry_id = p.registry_id and i.digest = p.digest order by p.first_seen_at`,
  );
  expect(images.length).toBe(20);
  expect(images.filter((image) => image.state !== "done" && image.state !== "partial")).toEqual([]);
  const of = (name: string) => images.filter((image) => image.name === name);
  expect(of("tools/static-proxy@linux/amd64")).toMatchObject([{ osState: "none", critical: 0 }]);
  expect(of("legacy/importer@linux/amd64")).toMatchObject([{ osState: "unknown-distribution", critical: 0 }]);
  expect(of("platform/gateway@linux/arm64").length).toBe(2);
  const checkout = of("shop/checkout@linux/amd64");
  expect(checkout.length).toBe(3);
  expect(checkout[0]?.critical).toBeGreaterThan(checkout[2]?.critical ?? 99);
  expect(images.filter((image) => image.retired).map((image) => image.name)).toContain("shop/search@linux/amd64");
  const [found] = await selectRows(
    z.object({ kev: z.number(), hidden: z.number(), withdrawn: z.number() }),
    sql`
    select (select count(*)::int from flaw_total where is_exploited) as kev,
      (select count(*)::int from package_advisory where hidden_reason is not null) as hidden,
      (select count(*)::int from package_advisory pa join advisory a on a.id = pa.advisory_id where a.record_id = 'GHSA-27h2-hvpr-p74q') as withdrawn`,
  );
  expect(found).toMatchObject({ kev: 3, withdrawn: 0 });
  expect(found?.hidden).toBeGreaterThan(0);

  await removeDemo(admin);
  await until(async () => (await jobState("remove")) === "completed", 90_000);
  await until(async () => JSON.stringify(await rowCounts()) === JSON.stringify(before), 15_000).catch(() => {});
  expect(await rowCounts()).toEqual(before);
  const audit = await selectRows(z.object({ action: z.string() }), sql`select action from audit_entry order by at`);
  expect(audit.map((row) => row.action)).toEqual(["demo.load", "demo.remove"]);
}, 480_000);

/** Rows of every table but those that tell what happened: the audit log, changes, the queue's own and the rate limits. */
async function rowCounts(): Promise<Record<string, number>> {
  const tables = await selectRows(
    z.object({ name: z.string() }),
    sql`select c.relname as name from pg_class c join pg_namespace n on n.oid = c.relnamespace
         where n.nspname = 'public' and c.relkind in ('r', 'p') and not c.relispartition
           and c.relname not in ('audit_entry', 'change', 'process_heartbeat', 'rate_limit', 'advisory_state', 'setting') order by 1`,
  );
  const counts: Record<string, number> = {};
  for (const { name } of tables) {
    const { pool } = await import("#store/client.ts");
    const result = await pool().query<{ n: number }>(`select count(*)::int as n from "${name}"`);
    counts[name] = result.rows[0]?.n ?? 0;
  }
  return counts;
}

async function jobState(action: string): Promise<string | undefined> {
  const [row] = await selectRows(
    z.object({ state: z.string(), output: z.unknown() }),
    sql`select state::text, output from pgboss.job where name = 'load-demo' and data ->> 'action' = ${action} order by created_on desc limit 1`,
  );
  if (row?.state === "failed") throw new Error(`the job failed: ${JSON.stringify(row.output)}`);
  return row?.state;
}

async function until(check: () => Promise<boolean>, milliseconds: number): Promise<void> {
  for (let waited = 0; waited < milliseconds; waited += 200) {
    if (await check()) return;
    await sleep(200);
  }
  throw new Error(`what was waited for did not happen within ${milliseconds / 1000} s`);
}
