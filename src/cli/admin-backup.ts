import { createReadStream, createWriteStream } from "node:fs";
import { link, rm, stat } from "node:fs/promises";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { createGunzip, createGzip } from "node:zlib";
import { z } from "zod";
import { clock } from "#clock.ts";
import { productVersion } from "#domain/product-version.ts";
import { pool } from "#store/client.ts";
import { type Executor, selectRows, sql } from "#store/sql.ts";
import { continueChangeNumbers, copyIn, copyOut, emptyTables } from "#store/table-copy.ts";
import { transaction } from "#store/transaction.ts";
import { type BackupHeader, BackupReader, writeBackup } from "./backup-file.ts";
import { InputError } from "./input-error.ts";

/**
 * Writes every table into one file, as of one moment, while Breakwater may run. Jobs that wait are not part of it: what they
 * would do is found again by the next listing of the registries. Returns the number of tables and bytes. Throws an InputError
 * when the file exists.
 */
export async function backup(file: string): Promise<{ tables: number; bytes: number }> {
  await requireNew(file);
  const client = await pool().connect();
  const staging = `${file}.part`;
  try {
    await client.query("begin isolation level repeatable read, read only");
    const header: BackupHeader = {
      breakwater: 1,
      version: productVersion,
      createdAt: clock.now().toISOString(),
      migrations: await appliedMigrations(client),
      tables: await tablesInOrder(client),
    };
    await pipeline(
      Readable.from(writeBackup(header, (table) => copyOut(client, table))),
      createGzip({ level: 1 }),
      createWriteStream(staging, { mode: 0o600 }),
    );
    await client.query("commit");
    // A link and not a rename: it fails where a file of that name has appeared meanwhile.
    await link(staging, file).catch((error) => Promise.reject(isTaken(error) ? taken(file) : error));
    await rm(staging);
    return { tables: header.tables.length, bytes: (await stat(file)).size };
  } catch (error) {
    await rm(staging, { force: true });
    throw error;
  } finally {
    client.release(true);
  }
}

async function requireNew(file: string): Promise<void> {
  if (await stat(file).catch(() => null)) throw taken(file);
}

const isTaken = (error: unknown) => error instanceof Error && "code" in error && error.code === "EEXIST";

function taken(file: string): InputError {
  return new InputError(
    `${file} exists already. A backup replaces nothing: choose another name, or move that file away.`,
  );
}

/**
 * Reads a backup into an empty installation of the same schema, all of it or nothing. Throws an InputError when the file is no
 * whole backup, comes from another schema, or the installation is in use.
 */
export async function restore(file: string): Promise<{ tables: number; createdAt: string }> {
  if (!(await stat(file).catch(() => null))) throw new InputError(`There is no file ${file}`);
  const reader = new BackupReader(createReadStream(file).pipe(createGunzip()));
  const header = await reader.header();
  await transaction(async (tx) => {
    await requireSameSchema(tx, header);
    await requireEmpty(tx);
    await emptyTables(tx, header.tables);
    for (const table of header.tables) await copyIn(tx, table, Readable.from(reader.table()));
    await reader.end();
    await continueChangeNumbers(tx);
  });
  return { tables: header.tables.length, createdAt: header.createdAt };
}

async function requireSameSchema(executor: Executor, header: BackupHeader): Promise<void> {
  const here = await appliedMigrations(executor);
  const missing = header.migrations.filter((name) => !here.includes(name));
  const extra = here.filter((name) => !header.migrations.includes(name));
  if (missing.length + extra.length === 0) return;
  throw new InputError(
    `The backup is of version ${header.version} and this is ${productVersion} with another schema (${[...missing, ...extra].join(", ")}). Restore with the version that made it, then upgrade.`,
  );
}

async function requireEmpty(executor: Executor): Promise<void> {
  const rows = await selectRows(
    z.object({ used: z.boolean() }),
    sql`select exists (select 1 from app_user) or exists (select 1 from registry) as used`,
    executor,
  );
  if (rows[0]?.used)
    throw new InputError(
      "This installation has accounts or registries already. Restore into an empty one: a new BREAKWATER_DATA_DIR or database.",
    );
}

async function appliedMigrations(executor: Executor): Promise<string[]> {
  const rows = await selectRows(
    z.object({ name: z.string() }),
    sql`select migration_name as name from _prisma_migrations where finished_at is not null and rolled_back_at is null order by 1`,
    executor,
  );
  return rows.map(({ name }) => name);
}

/** Tables with the columns a backup holds, referenced ones before those that refer to them. */
async function tablesInOrder(executor: Executor): Promise<BackupHeader["tables"]> {
  const tables = await selectRows(
    z.object({ name: z.string(), columns: z.array(z.string()), needs: z.array(z.string()) }),
    sql`select c.relname::text as name,
          (select array_agg(a.attname::text order by a.attnum) from pg_attribute a
            where a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped and a.attgenerated = '') as columns,
          array(select distinct r.relname::text from pg_constraint k join pg_class r on r.oid = k.confrelid
            where k.conrelid = c.oid and k.contype = 'f' and r.oid <> c.oid) as needs
          from pg_class c where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p') and not c.relispartition
           and c.relname not in ('_prisma_migrations', 'process_heartbeat') order by c.relname`,
    executor,
  );
  const done = new Set<string>();
  const ordered: BackupHeader["tables"] = [];
  while (ordered.length < tables.length) {
    const ready = tables.filter((table) => !done.has(table.name) && table.needs.every((name) => done.has(name)));
    if (ready.length === 0) throw new Error("The tables refer to each other in a circle");
    for (const { name, columns } of ready) {
      done.add(name);
      ordered.push({ name, columns });
    }
  }
  return ordered;
}
