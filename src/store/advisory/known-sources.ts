import { z } from "zod";
import { type Executor, selectRows, sql } from "#store/sql.ts";

/**
 * Which of these names the advisories of an ecosystem speak of. Null when there are none of that ecosystem at all: then the
 * absence of a name says nothing.
 */
export async function knownSources(
  executor: Executor,
  ecosystem: string,
  names: readonly string[],
): Promise<Set<string> | null> {
  const rows = await selectRows(
    z.object({ name: z.string() }),
    sql`select distinct package_name as name from advisory_range
         where ecosystem = ${ecosystem} and package_name = any(${names}::text[])`,
    executor,
  );
  if (rows.length > 0) return new Set(rows.map((row) => row.name));
  const any = await selectRows(
    z.object({ one: z.number() }),
    sql`select 1 as one from advisory_range where ecosystem = ${ecosystem} limit 1`,
    executor,
  );
  return any.length > 0 ? new Set() : null;
}
