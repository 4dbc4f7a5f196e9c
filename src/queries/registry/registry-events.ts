import { z } from "zod";
import { requireRole } from "#domain/require-role.ts";
import type { Actor } from "#domain/role.ts";
import { IsoColumn } from "#queries/list/columns.ts";
import { decodeCursor, encodeCursor } from "#queries/list/keyset-cursor.ts";
import { CursorParam, OptionalText } from "#queries/list/search-params.ts";
import { joinSql, selectRows, sql } from "#store/sql.ts";

export const RegistryEventsParams = z.object({
  registryId: z.uuid(),
  action: OptionalText,
  outcome: OptionalText,
  cursor: CursorParam,
});
export type RegistryEventsParams = z.infer<typeof RegistryEventsParams>;

const PAGE = 100;

/** Reading a manifest takes seconds; after this long without an image there is none to come. */
const READING = sql`interval '10 minutes'`;

/**
 * What an accepted event led to, read from what is known now: the images that its digest (or an index of that digest) stands
 * for in its repository, and how far their scans are.
 */
const result = sql`case when d.outcome <> 'queued' then null else (
  select case
           when d.action = 'delete' then case when bool_or(p.retired_at is null) then 'kept' else 'retired' end
           when count(p.id) = 0 then case when d.received_at > now() - ${READING} then 'reading' else 'none' end
           when bool_or(i.scan_state = 'scanning') then 'scanning'
           when bool_or(i.scan_state = 'queued') then 'waiting'
           when bool_or(i.scan_state = 'failed') then 'scanFailed'
           when bool_or(i.scanned_at is not null) then 'scanned'
           else 'waiting' end
    from repository r
    join placement p on p.registry_id = r.registry_id and p.repository_id = r.id
         and p.digest = any(images_of(r.registry_id, r.id, event.manifest_digest))
    join image i on i.registry_id = p.registry_id and i.digest = p.digest
   where r.registry_id = d.registry_id and r.name = d.repository) end`;

export const RegistryEventRow = z.object({
  id: z.string(),
  receivedAt: IsoColumn,
  occurredAt: IsoColumn.nullable(),
  provider: z.string(),
  action: z.string(),
  repository: z.string().nullable(),
  tag: z.string().nullable(),
  digest: z.string().nullable(),
  actor: z.string().nullable(),
  outcome: z.string(),
  detail: z.string().nullable(),
  /** What came of an accepted event by now; null for those that were not accepted. */
  result: z.enum(["reading", "none", "waiting", "scanning", "scanned", "scanFailed", "retired", "kept"]).nullable(),
});
export type RegistryEventRow = z.infer<typeof RegistryEventRow>;

export interface RegistryEvents {
  rows: RegistryEventRow[];
  nextCursor: string | null;
  actions: string[];
  outcomes: string[];
}

/** What the registry has sent, newest first. */
export async function registryEvents(actor: Actor, params: RegistryEventsParams): Promise<RegistryEvents> {
  requireRole(actor, "viewer");
  const conditions = [sql`registry_id = ${params.registryId}`];
  if (params.action) conditions.push(sql`action = ${params.action}`);
  if (params.outcome) conditions.push(sql`outcome = ${params.outcome}`);
  const after = decodeCursor(params, params.cursor, z.tuple([z.iso.datetime(), z.uuid()]));
  if (after) conditions.push(sql`(received_at, id) < (${after[0]}::timestamptz, ${after[1]}::uuid)`);
  const rows = await selectRows(
    RegistryEventRow,
    sql`select id, received_at as "receivedAt", occurred_at as "occurredAt", provider, action, repository, tag, digest, actor, outcome, detail,
               ${result} as result
          from delivery d
          cross join lateral (select case when d.digest ~ '^sha256:[0-9a-f]{64}$' then decode(substr(d.digest, 8), 'hex') end as manifest_digest) event
         where ${joinSql(conditions, " and ")} order by received_at desc, id desc limit ${PAGE + 1}`,
  );
  const kinds = await selectRows(
    z.object({ action: z.string(), outcome: z.string() }),
    sql`select distinct action, outcome from (select action, outcome from delivery where registry_id = ${params.registryId}
          order by received_at desc limit 2000) recent`,
  );
  const page = rows.slice(0, PAGE);
  const last = page.at(-1);
  return {
    rows: page,
    nextCursor: rows.length > PAGE && last ? encodeCursor(params, [last.receivedAt, last.id]) : null,
    actions: [...new Set(kinds.map(({ action }) => action))].sort(),
    outcomes: [...new Set(kinds.map(({ outcome }) => outcome))].sort(),
  };
}
