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
    sql`select id, received_at as "receivedAt", occurred_at as "occurredAt", provider, action, repository, tag, digest, actor, outcome, detail
          from delivery where ${joinSql(conditions, " and ")} order by received_at desc, id desc limit ${PAGE + 1}`,
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
