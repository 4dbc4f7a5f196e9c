import pg from "pg";
import { afterAll, beforeAll, expect, test } from "vitest";
import { pool } from "#store/client.ts";
import { queue } from "#store/queue/queue.ts";
import { prepareServerRole } from "../../scripts/server-role.mjs";
import { startWorker, type WorkerProcess } from "./worker-process.ts";

// What the launcher does with the embedded database: the server's own role, tried against everything an intruder would.
let server: pg.Client;
let url = "";
let worker: WorkerProcess | undefined;
beforeAll(async () => {
  // A queue that an earlier version made as the owner goes over to the role.
  await queue();
  url = await prepareServerRole(process.env.DATABASE_URL ?? "");
  server = new pg.Client({ connectionString: url });
  await server.connect();
  await server.query(`insert into audit_entry (id, actor_kind, actor_name, action, outcome)
    values ('0198c0de-0000-7000-8000-000000000001', 'system', 'test', 'kept', 'done')`);
});
afterAll(async () => {
  worker?.kill("SIGKILL");
  await worker?.exited;
  await server?.end();
});

test.each([
  "update audit_entry set actor_name = 'nobody'",
  "delete from audit_entry",
  "truncate audit_entry",
  "truncate audit_entry_default",
  "delete from audit_entry_default",
  "drop table audit_entry",
  "alter table audit_entry disable trigger all",
  "alter table audit_entry detach partition audit_entry_default",
  "drop trigger audit_entry_append_only on audit_entry",
  "create or replace function audit_entry_is_append_only() returns trigger language plpgsql as 'begin return new; end'",
  "set session_replication_role = replica",
  "set role breakwater",
  "alter role breakwater_server superuser",
  "select grant_server_rights('breakwater_server')",
  "copy audit_entry to '/tmp/stolen'",
  "copy audit_entry from program 'id'",
  "delete from _prisma_migrations",
  "create table public.mine (id int)",
])("refused: %s", async (statement) => {
  await expect(server.query(statement)).rejects.toMatchObject({
    code: expect.stringMatching(/^(?:42501|P0001|0LP01)$/),
  });
  const { rows } = await pool().query("select actor_name from audit_entry where action = 'kept'");
  expect(rows).toEqual([{ actor_name: "test" }]);
});

test("old partitions go by the database's clock, whatever the caller says; recent ones stay", async () => {
  await server.query("select make_partition('audit_entry', (date_trunc('month', now()) - interval '1 month')::date)");
  await server.query("select make_partition('audit_entry', '2019-03-01')");
  const { rows } = await server.query("select drop_old_partitions('audit_entry') as name");
  expect(rows).toEqual([{ name: "audit_entry_2019_03" }]);
  await expect(server.query("select make_partition('app_user', '2019-03-01')")).rejects.toThrow("is not cut by month");
});

test("the worker runs as that role: queue, housekeeping, partitions and imports", async () => {
  worker = await startWorker({ DATABASE_URL: url });
  await expect
    .poll(
      async () =>
        (
          await pool().query(
            "select state::text from pgboss.job where name = 'maintenance' order by created_on desc limit 1",
          )
        ).rows[0]?.state,
      { timeout: 60_000 },
    )
    .toBe("completed");
  const { rows } = await pool().query("select count(*)::int as n from process_heartbeat where role = 'worker'");
  expect(rows[0].n).toBe(1);
}, 120_000);
