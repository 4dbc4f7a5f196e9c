import { afterAll, expect, test } from "vitest";
import { closeDatabase } from "#store/client.ts";
import { beat } from "#store/queue/process-heartbeat.ts";
import { queue } from "#store/queue/queue.ts";
import { execute, sql } from "#store/sql.ts";
import { walkedRoutes } from "./walked-routes.ts";

const route = walkedRoutes.find(({ name }) => name === "GET /api/v1/health");
const users = walkedRoutes.find(({ name }) => name === "GET /api/v1/users");
const ask = async (handler = route) => {
  const request = new Request("http://127.0.0.1:3000/", {
    headers: { authorization: `Bearer bw_api_${"A".repeat(43)}`, "x-breakwater-peer": "192.0.2.1" },
  });
  const response = await handler?.handler(request, { params: Promise.resolve({}) });
  return { status: response?.status, body: (await response?.json()) as Record<string, unknown> };
};
afterAll(() => {
  process.env.DATABASE_URL = original;
});
const original = process.env.DATABASE_URL;

test("green only while the database answers, has the queue and takes what is written", async () => {
  expect(await ask()).toMatchObject({ status: 503, body: { queue: "missing" } });
  await queue();
  const identity = { id: "w", role: "web", startedAt: new Date() } as const;
  await beat(identity);
  expect(await ask()).toMatchObject({ status: 200, body: { status: "ok", writing: "ok" } });
  // As when its disk is full: it answers, and no process has been able to say that it lives.
  await execute(sql`update process_heartbeat set seen_at = now() - interval '1 minute'`);
  expect(await ask()).toMatchObject({ status: 503, body: { database: "ok", writing: "stopped" } });
});

test("with the database away the health is red, and a request is 503 with words instead of 500", async () => {
  await execute(sql`select set_config('statement_timeout', '0', false)`);
  await closeDatabase();
  const { pool } = await import("#store/client.ts");
  pool().options.port = 1;
  pool().options.host = "127.0.0.1";
  pool().options.connectionString = "postgresql://nobody@127.0.0.1:1/none";
  expect(await ask()).toMatchObject({ status: 503, body: { database: "unreachable" } });
  expect(await ask(users)).toMatchObject({
    status: 503,
    body: { type: "/problems/unavailable", detail: expect.stringContaining("The database does not answer") },
  });
  await closeDatabase();
});
