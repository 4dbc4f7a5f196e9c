import { cpSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import pg from "pg";
import { afterEach, beforeEach, expect, test } from "vitest";
import { migrate } from "../../scripts/migrate.mjs";

const migrations = path.resolve(import.meta.dirname, "../../prisma/migrations");
const admin = process.env.DATABASE_URL ?? "";
const url = new URL(admin);
url.pathname = `${url.pathname}_migrate`;
let folder = "";

beforeEach(async () => {
  folder = mkdtempSync(path.join(tmpdir(), "breakwater-migrations-"));
  cpSync(migrations, folder, { recursive: true });
  await run(admin, `create database ${url.pathname.slice(1)}`);
});
afterEach(async () => {
  await run(admin, `drop database ${url.pathname.slice(1)} with (force)`);
  rmSync(folder, { recursive: true, force: true });
});

async function run(on: string, text: string): Promise<pg.QueryResult> {
  const client = new pg.Client({ connectionString: on });
  await client.connect();
  try {
    return await client.query(text);
  } finally {
    await client.end();
  }
}
const add = (name: string, script: string) => {
  cpSync(path.join(migrations, "0002_findings"), path.join(folder, name), { recursive: true });
  writeFileSync(path.join(folder, name, "migration.sql"), script);
};
const names = () =>
  readdirSync(migrations, { withFileTypes: true })
    .flatMap((entry) => (entry.isDirectory() ? [entry.name] : []))
    .sort();

test("all migrations are applied in order, once, also by two starts at the same moment", async () => {
  const done = await Promise.all([migrate(url.href, folder), migrate(url.href, folder)]);
  expect(done.flat()).toEqual(names());
  expect(await migrate(url.href, folder)).toEqual([]);
  const { rows } = await run(
    url.href,
    "select migration_name from _prisma_migrations where finished_at is not null order by 1",
  );
  expect(rows.map((row) => row.migration_name)).toEqual(names());
});

test("a migration that fails leaves nothing of itself, and the next start tries again", async () => {
  add("9998_half", "create table half (id int); select 1/0;");
  await expect(migrate(url.href, folder)).rejects.toThrow(/9998_half failed, nothing of it was kept: division by zero/);
  expect((await run(url.href, "select to_regclass('half') as found")).rows[0].found).toBeNull();
  writeFileSync(path.join(folder, "9998_half", "migration.sql"), "create table half (id int);");
  expect(await migrate(url.href, folder)).toEqual(["9998_half"]);
});

test("an applied migration that was edited is refused", async () => {
  add("9998_edited", "select 1;");
  await migrate(url.href, folder);
  add("9998_edited", "select 2;");
  await expect(migrate(url.href, folder)).rejects.toThrow(/9998_edited was changed after it had been applied/);
});

test("a database of a newer version is refused and not touched", async () => {
  add("9999_future", "select 1;");
  await migrate(url.href, folder);
  rmSync(path.join(folder, "9999_future"), { recursive: true });
  await expect(migrate(url.href, folder)).rejects.toThrow(/made by a newer Breakwater \(9999_future\)/);
});
