// Applies prisma/migrations in order, under an advisory lock, and keeps Prisma's own table of applied migrations,
// so that `prisma migrate deploy` stays interchangeable. Prisma's command line cannot run offline: it first wants
// to fetch a native engine.
import { createHash, randomUUID } from "node:crypto";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import path from "node:path";

const LOCK = 727_274_301;

/** Brings the database at `url` to the newest migration. Returns the names that were applied now. */
export async function migrate(url, folder = path.join(process.cwd(), "prisma", "migrations")) {
  const { default: pg } = await import("pg");
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    await client.query("select pg_advisory_lock($1)", [LOCK]);
    await client.query(`create table if not exists _prisma_migrations (
      id varchar(36) primary key, checksum varchar(64) not null, finished_at timestamptz, migration_name varchar(255) not null,
      logs text, rolled_back_at timestamptz, started_at timestamptz not null default now(), applied_steps_count integer not null default 0)`);
    const { rows } = await client.query(
      "select migration_name, checksum from _prisma_migrations where finished_at is not null and rolled_back_at is null",
    );
    const applied = new Map(rows.map((row) => [row.migration_name, row.checksum]));
    const done = [];
    for (const name of readdirSync(folder).sort()) {
      const file = path.join(folder, name, "migration.sql");
      if (!existsSync(file)) continue;
      const script = readFileSync(file, "utf8");
      const checksum = createHash("sha256").update(script).digest("hex");
      if (applied.has(name)) {
        if (applied.get(name) !== checksum)
          throw new Error(`Migration ${name} was changed after it had been applied. Add a new one instead.`);
        continue;
      }
      await apply(client, name, script, checksum);
      done.push(name);
    }
    const known = new Set(readdirSync(folder));
    const foreign = [...applied.keys()].filter((name) => !known.has(name));
    if (foreign.length > 0) {
      throw new Error(
        `The database was made by a newer Breakwater (${foreign.join(", ")}). Start that version, or restore a backup.`,
      );
    }
    return done;
  } finally {
    await client.end();
  }
}

async function apply(client, name, script, checksum) {
  await client.query("begin");
  try {
    await client.query("set local lock_timeout = '30s'");
    await client.query(script);
    await client.query(
      `insert into _prisma_migrations (id, checksum, finished_at, migration_name, applied_steps_count)
       values ($1, $2, clock_timestamp(), $3, 1)`,
      [randomUUID(), checksum, name],
    );
    await client.query("commit");
  } catch (error) {
    await client.query("rollback");
    throw new Error(`Migration ${name} failed, nothing of it was kept: ${error.message}`);
  }
}
