import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, expect, test } from "vitest";
import { z } from "zod";
import { backup, restore } from "#cli/admin-backup.ts";
import { recordChange } from "#store/change.ts";
import { pool } from "#store/client.ts";
import { newId } from "#store/ids.ts";
import { maintainPartitions } from "#store/partitions.ts";
import { execute, selectRows, sql } from "#store/sql.ts";

const folder = mkdtempSync(path.join(tmpdir(), "breakwater-backup-"));
const file = path.join(folder, "all.backup");
afterAll(() => rmSync(folder, { recursive: true, force: true }));

async function fill(): Promise<void> {
  await maintainPartitions(new Date());
  await execute(sql`insert into app_user (id, name, email) values ('u', 'Ada', 'ada@example.com')`);
  await execute(
    sql`insert into session (id, user_id, token, expires_at) values ('s', 'u', 't', now() + interval '1 day')`,
  );
  await execute(
    sql`insert into blob (sha256, bytes, size_bytes) values (${Buffer.alloc(32, 7)}, ${Buffer.from([0, 1, 255, 10, 13])}, 5)`,
  );
  for (const at of ["2020-01-01", "2026-11-24"]) {
    await execute(sql`insert into audit_entry (at, id, actor_kind, actor_name, action, outcome, after)
      values (${at}, ${newId()}, 'system', 'x', 'y', 'done', '{"a": [1, null, "ü\\n"]}')`);
  }
  await recordChange(pool(), "audit", "jobs");
}
async function snapshot(): Promise<unknown> {
  const tables = ["app_user", "session", "blob", "audit_entry", "change", "advisory_state"];
  const found: Record<string, unknown> = {};
  for (const table of tables) found[table] = (await pool().query(`select * from ${table} order by 1, 2`)).rows;
  return found;
}
async function empty(): Promise<void> {
  await execute(sql`alter table audit_entry disable trigger audit_entry_no_truncate`);
  await execute(sql`truncate app_user, session, blob, audit_entry, change, registry cascade`);
  await execute(sql`alter table audit_entry enable trigger audit_entry_no_truncate`);
}

test("a backup that is restored gives the same rows, and numbers go on where they were", async () => {
  await fill();
  const before = await snapshot();
  expect((await backup(file)).tables).toBeGreaterThan(40);
  await expect(restore(file)).rejects.toThrow(/has accounts or registries already/);
  await empty();
  await restore(file);
  expect(await snapshot()).toEqual(before);
  const highest = await selectRows(z.object({ version: z.bigint() }), sql`select max(version) as version from change`);
  await recordChange(pool(), "jobs");
  const next = await selectRows(z.object({ version: z.bigint() }), sql`select max(version) as version from change`);
  expect(next[0]?.version).toBe((highest[0]?.version ?? 0n) + 1n);
});

test("a backup replaces no file that is there", async () => {
  const there = path.join(folder, "there.backup");
  writeFileSync(there, "of yesterday");
  await expect(backup(there)).rejects.toThrow(/exists already. A backup replaces nothing/);
  expect(readFileSync(there, "utf8")).toBe("of yesterday");
});

test("a file that is cut short, damaged or something else changes nothing", async () => {
  await empty();
  const whole = readFileSync(file);
  const broken = path.join(folder, "broken");
  for (const bytes of [
    whole.subarray(0, whole.length - 40),
    whole.subarray(0, 30),
    Buffer.from("hello"),
    Buffer.alloc(0),
  ]) {
    writeFileSync(broken, bytes);
    await expect(restore(broken)).rejects.toThrow();
  }
  await expect(restore(path.join(folder, "none"))).rejects.toThrow(/There is no file/);
  expect((await pool().query("select count(*)::int as n from app_user")).rows).toEqual([{ n: 0 }]);
  await restore(file);
  expect((await pool().query("select count(*)::int as n from app_user")).rows).toEqual([{ n: 1 }]);
});

test("a backup of another schema is refused by name", async () => {
  await empty();
  await execute(
    sql`insert into _prisma_migrations (id, checksum, migration_name, finished_at) values ('x', 'x', '9999_other', now())`,
  );
  await expect(restore(file)).rejects.toThrow(/another schema \(9999_other\)/);
});
