import { z } from "zod";
import { type Executor, execute, selectFirst, selectRows, sql } from "#store/sql.ts";
import { askForRecount } from "./dirty-marks.ts";
import { emptyTables, fillTable } from "./work-tables.ts";

const differing = sql`
  select coalesce(l.ecosystem, c.ecosystem) as ecosystem, l.ecosystem is null as is_gone, l.is_real
    from live_ecosystem l full join counted_ecosystem c on c.ecosystem = l.ecosystem where l.is_real is distinct from c.is_real`;

/**
 * Ecosystems whose feed turned stale, live or real since figures were counted. Remembers the new state and leaves the sets that
 * hold packages of them in `due_set`: their images are judged anew. Returns how many sets that are.
 */
export async function takeFeedChanges(tx: Executor): Promise<number> {
  const rows = await selectRows(
    z.object({ ecosystem: z.string(), is_gone: z.boolean(), is_real: z.boolean().nullable() }),
    differing,
    tx,
  );
  if (rows.length === 0) return 0;
  await execute(
    sql`delete from counted_ecosystem where ecosystem = any(${rows.filter((row) => row.is_gone).map((row) => row.ecosystem)}::text[])`,
    tx,
  );
  const live = rows.filter((row) => !row.is_gone);
  await execute(
    sql`insert into counted_ecosystem (ecosystem, is_real)
        select * from unnest(${live.map((row) => row.ecosystem)}::text[], ${live.map((row) => row.is_real === true)}::boolean[])
        on conflict (ecosystem) do update set is_real = excluded.is_real`,
    tx,
  );
  await emptyTables(tx, "due_set");
  return fillTable(
    tx,
    "due_set",
    sql`select registry_id, id from package_set where feed_keys && ${rows.map((row) => row.ecosystem)}::text[]`,
  );
}

/** Asks for a recount when a feed turned stale or live since the last one; to be called when feeds were saved, and now and then. */
export async function askIfFeedsChanged(executor: Executor): Promise<boolean> {
  const row = await selectFirst(z.object({ any: z.boolean() }), sql`select exists (${differing}) as any`, executor);
  if (row?.any) await askForRecount(executor);
  return row?.any ?? false;
}
