import { z } from "zod";
import { selectRows, sql } from "./sql.ts";
import { transaction } from "./transaction.ts";

/** Tables that are cut by month. How long each keeps its rows stands beside the functions, in the database. */
const partitioned = ["delivery", "status_history", "audit_entry"] as const;

/** Months made ahead, besides the running one, so that a worker may be down for weeks. */
const MONTHS_AHEAD = 2;

/**
 * Makes the partitions of this month and the next ones, and drops those that are past their time as a whole (deleting rows by age
 * would leave the table bloated). Functions of the tables' owner do it: the role that the server runs as may not. Returns the
 * names it made and dropped.
 */
export async function maintainPartitions(
  now: Date,
): Promise<{ madePartitions: string[]; droppedPartitions: string[] }> {
  const madePartitions: string[] = [];
  const droppedPartitions: string[] = [];
  for (const table of partitioned) {
    for (let ahead = 0; ahead <= MONTHS_AHEAD; ahead += 1) {
      const month = new Date(Date.UTC(now.getUTCFullYear(), now.getUTCMonth() + ahead, 1)).toISOString().slice(0, 10);
      const made = await transaction((tx) =>
        selectRows(z.object({ made: z.boolean() }), sql`select make_partition(${table}, ${month}::date) as made`, tx),
      );
      if (made[0]?.made) madePartitions.push(`${table}_${month.slice(0, 7).replace("-", "_")}`);
    }
    const dropped = await transaction((tx) =>
      selectRows(z.object({ name: z.string() }), sql`select drop_old_partitions(${table}) as name`, tx),
    );
    droppedPartitions.push(...dropped.map(({ name }) => name));
  }
  return { madePartitions, droppedPartitions };
}
