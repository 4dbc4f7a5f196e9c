import type { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import copyStreams from "pg-copy-streams";
import { execute, sql } from "./sql.ts";
import type { Transaction } from "./transaction.ts";

/** A table with the columns that a copy of it holds. Names come from the catalogue of the database or from a backup's header. */
export interface CopiedTable {
  name: string;
  columns: readonly string[];
}

/** The rows of a table in Postgres' binary form, as the transaction sees them. */
export function copyOut(tx: Transaction, table: CopiedTable): Readable {
  return tx.query(copyStreams.to(`copy (select ${listOf(table)} from ${quote(table.name)}) to stdout (format binary)`));
}

/** Empties tables, those that refer to them included. */
export async function emptyTables(tx: Transaction, tables: readonly CopiedTable[]): Promise<void> {
  // The audit log of an installation that nobody has used yet. Only the owner of the tables can do this.
  // A backup of an older version comes into the tables of that version, which have no such trigger.
  const guarded = (await tx.query("select 1 from pg_trigger where tgname = 'audit_entry_no_truncate'")).rowCount !== 0;
  if (guarded) await tx.query("alter table audit_entry disable trigger audit_entry_no_truncate");
  for (const { name } of tables) await tx.query(`truncate table ${quote(name)} cascade`);
  if (guarded) await tx.query("alter table audit_entry enable trigger audit_entry_no_truncate");
}

/** Fills an empty table with rows in Postgres' binary form. */
export async function copyIn(tx: Transaction, table: CopiedTable, rows: Readable): Promise<void> {
  const into = copyStreams.from(`copy ${quote(table.name)} (${listOf(table)}) from stdin (format binary)`);
  await pipeline(rows, tx.query(into));
}

/** Lets the numbers of changes go on after the highest that was copied in. */
export async function continueChangeNumbers(tx: Transaction): Promise<void> {
  await execute(
    sql`select setval(pg_get_serial_sequence('change', 'version'), (select coalesce(max(version), 1) from change))`,
    tx,
  );
}

const quote = (name: string) => `"${name.replaceAll('"', '""')}"`;
const listOf = ({ columns }: CopiedTable) => columns.map(quote).join(", ");
