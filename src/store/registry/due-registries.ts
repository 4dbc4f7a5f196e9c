import { z } from "zod";
import { selectRows, sql } from "#store/sql.ts";

/** Registries whose next scheduled listing is due, the longest overdue first, at most `limit`. */
export async function dueRegistries(now: Date, limit: number): Promise<string[]> {
  const rows = await selectRows(
    z.object({ id: z.string() }),
    sql`select id from registry where deleted_at is null and next_reconcile_at <= ${now}
         order by next_reconcile_at limit ${limit}`,
  );
  return rows.map(({ id }) => id);
}
