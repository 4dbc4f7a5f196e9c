import { z } from "zod";
import { clock } from "#clock.ts";
import { productVersion } from "#domain/product-version.ts";
import { execute, selectFirst, sql } from "#store/sql.ts";

export interface ProcessIdentity {
  id: string;
  role: "web" | "worker";
  startedAt: Date;
}

/** Seconds after which a process that sent no heartbeat counts as gone. Heartbeats come every 5 seconds. */
export const heartbeatStaleSeconds = 20;

/** Says that this process lives. `detail` is shown on the system health page. */
export async function beat(process: ProcessIdentity, detail: Record<string, unknown> = {}): Promise<void> {
  await execute(sql`
    insert into process_heartbeat (id, role, version, started_at, seen_at, detail)
    values (${process.id}, ${process.role}, ${productVersion}, ${process.startedAt}, ${clock.now()}, ${JSON.stringify(detail)})
    on conflict (id) do update set seen_at = excluded.seen_at, detail = excluded.detail`);
}

/** Takes the process off the list when it stops in order. */
export async function endBeat(process: ProcessIdentity): Promise<void> {
  await execute(sql`delete from process_heartbeat where id = ${process.id}`);
}

/** How many worker processes are alive now, without one that has not said so yet. */
export async function otherWorkers(): Promise<number> {
  const row = await selectFirst(
    z.object({ count: z.number() }),
    sql`select count(*)::int as count from process_heartbeat
         where role = 'worker' and seen_at > now() - make_interval(secs => ${heartbeatStaleSeconds})`,
  );
  return row?.count ?? 0;
}
