import { z } from "zod";
import { selectRows, sql } from "./sql.ts";
import { type Transaction, transaction } from "./transaction.ts";

/** Tables that are cut by month, the column that cuts them, and how many days they keep. */
const partitioned = [
  { table: "delivery", column: "received_at", keepDays: 90 },
  { table: "status_history", column: "at", keepDays: 800 },
  { table: "audit_entry", column: "at", keepDays: 800 },
] as const;

/** Months made ahead, besides the running one, so that a worker may be down for weeks. */
const MONTHS_AHEAD = 2;
const DAY_MS = 86_400_000;

/**
 * Makes the partitions of this month and the next ones, and drops those that are past their time as a whole (DETACH and
 * DROP: deleting rows by age would leave the table bloated). Returns the names it made and dropped.
 */
export async function maintainPartitions(
  now: Date,
): Promise<{ madePartitions: string[]; droppedPartitions: string[] }> {
  const madePartitions: string[] = [];
  const droppedPartitions: string[] = [];
  for (const entry of partitioned) {
    const existing = await partitionsOf(entry.table);
    for (let ahead = 0; ahead <= MONTHS_AHEAD; ahead += 1) {
      const month = startOfMonth(now, ahead);
      const name = partitionName(entry.table, month);
      if (existing.includes(name)) continue;
      await transaction((tx) => makePartition(tx, entry, { name, month, end: startOfMonth(now, ahead + 1) }));
      madePartitions.push(name);
    }
    const cutoff = new Date(now.getTime() - entry.keepDays * DAY_MS);
    for (const name of existing) {
      const month = monthOf(entry.table, name);
      if (!month || startOfMonth(month, 1) > cutoff) continue;
      await transaction(async (tx) => {
        await tx.query("set local lock_timeout = '5s'");
        await tx.query(`alter table ${entry.table} detach partition ${name}`);
        await tx.query(`drop table ${name}`);
      });
      droppedPartitions.push(name);
    }
    await transaction((tx) =>
      withoutTriggers(tx, `${entry.table}_default`, () =>
        tx.query(`delete from ${entry.table}_default where ${entry.column} < $1`, [cutoff]),
      ),
    );
  }
  return { madePartitions, droppedPartitions };
}

/** Rows of that month which came before its partition lie in the default one; they move, else ATTACH would refuse. */
async function makePartition(
  tx: Transaction,
  entry: (typeof partitioned)[number],
  range: { name: string; month: Date; end: Date },
): Promise<void> {
  const { table, column } = entry;
  const bounds = [range.month.toISOString(), range.end.toISOString()];
  await tx.query("set local lock_timeout = '5s'");
  await tx.query(`lock table ${table}, ${table}_default in access exclusive mode`);
  await tx.query(`create table ${range.name} (like ${table} including all)`);
  await withoutTriggers(tx, `${table}_default`, () =>
    tx.query(
      `with moved as (delete from ${table}_default where ${column} >= $1 and ${column} < $2 returning *)
       insert into ${range.name} select * from moved`,
      bounds,
    ),
  );
  // Bounds are dates made here, and DDL takes no parameters.
  await tx.query(
    `alter table ${table} attach partition ${range.name} for values from ('${bounds[0]}') to ('${bounds[1]}')`,
  );
}

/** Moving and expiring rows of an append-only table is this module's business alone; its trigger would refuse both. */
async function withoutTriggers(tx: Transaction, table: string, work: () => Promise<unknown>): Promise<void> {
  await tx.query(`alter table ${table} disable trigger user`);
  await work();
  await tx.query(`alter table ${table} enable trigger user`);
}

async function partitionsOf(table: string): Promise<string[]> {
  const rows = await selectRows(
    z.object({ name: z.string() }),
    sql`select c.relname as name from pg_inherits i join pg_class c on c.oid = i.inhrelid
         where i.inhparent = ${table}::regclass order by 1`,
  );
  return rows.map(({ name }) => name);
}

function partitionName(table: string, month: Date): string {
  return `${table}_${month.getUTCFullYear()}_${String(month.getUTCMonth() + 1).padStart(2, "0")}`;
}

function monthOf(table: string, name: string): Date | undefined {
  const match = /^_(\d{4})_(\d{2})$/.exec(name.slice(table.length));
  return match ? new Date(Date.UTC(Number(match[1]), Number(match[2]) - 1, 1)) : undefined;
}

function startOfMonth(date: Date, ahead: number): Date {
  return new Date(Date.UTC(date.getUTCFullYear(), date.getUTCMonth() + ahead, 1));
}
