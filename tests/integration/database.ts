import { randomBytes } from "node:crypto";
import pg from "pg";
import { afterAll, inject } from "vitest";

// Each test file works in a clone of the migrated template, so files cannot see each other's rows.
const template = new URL(inject("databaseUrl"));
const name = `test_${randomBytes(6).toString("hex")}`;
const admin = new URL(template);
admin.pathname = "/postgres";
await asAdmin(async (client) => {
  // Two files that clone at the same moment would refuse each other: one at a time.
  await client.query("select pg_advisory_lock(4711)");
  await client.query(`create database ${name} template ${template.pathname.slice(1)}`);
});
const own = new URL(template);
own.pathname = `/${name}`;
process.env.DATABASE_URL = own.href;
process.env.BREAKWATER_SECRET = "integration-test-secret-of-32-characters-or-more";

afterAll(async () => {
  const { closeDatabase } = await import("#store/client.ts");
  const { stopQueue } = await import("#store/queue/queue.ts");
  await stopQueue();
  await closeDatabase();
  await asAdmin((client) => client.query(`drop database ${name} with (force)`));
});

async function asAdmin(work: (client: pg.Client) => Promise<unknown>): Promise<void> {
  const client = new pg.Client({ connectionString: admin.href });
  await client.connect();
  await work(client);
  await client.end();
}
