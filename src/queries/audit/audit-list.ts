import { z } from "zod";
import { requireRole } from "#domain/require-role.ts";
import type { Actor } from "#domain/role.ts";
import { IsoColumn, likePattern } from "#queries/list/columns.ts";
import { decodeCursor, encodeCursor } from "#queries/list/keyset-cursor.ts";
import { ChoiceParam, CursorParam, OptionalText } from "#queries/list/search-params.ts";
import { type Statement, selectRows, sql } from "#store/sql.ts";

const PAGE = 50;
/** Counting stops here: the page then says 10 000+. */
const COUNT_CAP = 10_000;

/** An ISO instant; without a zone it is UTC. Anything else is no filter (a JavaScript date would read "-1" as a year). */
const InstantParam = OptionalText.transform((text) => {
  const parts = /^(\d{4}-\d{2}-\d{2})(?:T(\d{2}:\d{2}(?::\d{2}(?:\.\d{1,6})?)?))?(Z|[+-]\d{2}:\d{2})?$/.exec(
    text ?? "",
  );
  if (!parts) return undefined;
  const at = new Date(`${parts[1]}T${parts[2] ?? "00:00"}${parts[3] ?? "Z"}`);
  return Number.isNaN(at.getTime()) ? undefined : at.toISOString();
});

export const auditOutcomes = ["done", "refused", "failed"] as const;

export const AuditListParams = z.object({
  /** A whole action (`user.create`) or its first part (`user`). */
  action: OptionalText,
  /** Name or id of who acted. */
  actor: OptionalText,
  /** Name, id or kind of what was acted on. */
  target: OptionalText,
  outcome: ChoiceParam(["any", ...auditOutcomes], "any"),
  /** Instants, both included. */
  from: InstantParam,
  to: InstantParam,
  /** The opened row. */
  entry: OptionalText,
  cursor: CursorParam,
});
export type AuditListParams = z.infer<typeof AuditListParams>;

export const AuditItem = z.object({
  id: z.string(),
  at: z.string(),
  actorKind: z.string(),
  actorId: z.string().nullable(),
  actorName: z.string(),
  action: z.string(),
  targetKind: z.string().nullable(),
  targetId: z.string().nullable(),
  targetName: z.string().nullable(),
  outcome: z.string(),
  before: z.unknown(),
  after: z.unknown(),
  address: z.string().nullable(),
  requestId: z.string().nullable(),
});
export type AuditItem = z.infer<typeof AuditItem>;

export const AuditList = z.object({
  items: z.array(AuditItem),
  /** Rows that match, counted up to 10 000. */
  total: z.number().int(),
  isTotalCapped: z.boolean(),
  /** Every action that ever happened, for the filter. */
  actions: z.array(z.string()),
  nextCursor: z.string().nullable(),
});
export type AuditList = z.infer<typeof AuditList>;

const Row = AuditItem.extend({ at: IsoColumn, cursor: z.string() });
/** What of an entry is read, for every query of it. */
export const auditColumns = sql`a.id, a.at, a.actor_kind as "actorKind", a.actor_id as "actorId", a.actor_name as "actorName", a.action,
  a.target_kind as "targetKind", a.target_id as "targetId", a.target_name as "targetName", a.outcome, a.before, a.after,
  a.address, a.request_id as "requestId"`;

/** The audit log, newest first. Admins only. */
export async function auditList(actor: Actor, params: AuditListParams): Promise<AuditList> {
  requireRole(actor, "admin");
  const { items, nextCursor } = await auditPage(actor, params, PAGE);
  const [count] = await selectRows(
    z.object({ n: z.number() }),
    sql`select count(*)::int as n from (select 1 from audit_entry a where ${filterOf(params)} limit ${COUNT_CAP + 1}) as matching`,
  );
  const total = count?.n ?? 0;
  return {
    items,
    nextCursor,
    total: Math.min(total, COUNT_CAP),
    isTotalCapped: total > COUNT_CAP,
    actions: await knownActions(),
  };
}

/** One page of `size` rows without counts, for the list and for the export. */
export async function auditPage(
  actor: Actor,
  params: AuditListParams,
  size: number,
): Promise<{ items: AuditItem[]; nextCursor: string | null }> {
  requireRole(actor, "admin");
  const { cursor: _, entry: __, ...filters } = params;
  const shape = `audit:${JSON.stringify(filters)}`;
  // The time as Postgres prints it: a JavaScript date has fewer digits and would skip or repeat rows.
  const after = decodeCursor(shape, params.cursor, z.tuple([z.string().regex(/^[\d :.+-]+$/), z.uuid()]));
  const older = after ? sql`(a.at, a.id) < (${after[0]}::timestamptz, ${after[1]}::uuid)` : sql`true`;
  const rows = await selectRows(
    Row,
    sql`select ${auditColumns}, a.at::text as cursor from audit_entry a where ${filterOf(params)} and ${older} order by a.at desc, a.id desc limit ${size + 1}`,
  );
  const shown = rows.slice(0, size);
  const last = rows.length > size ? shown.at(-1) : undefined;
  return {
    items: shown.map(({ cursor: __cursor, ...item }) => item),
    nextCursor: last ? encodeCursor(shape, [last.cursor, last.id]) : null,
  };
}

function filterOf(params: AuditListParams): Statement {
  const { action, actor, target, outcome, from, to } = params;
  const prefix = `${likePattern(action ?? "").slice(1, -1)}.%`;
  return sql`(${action ?? null}::text is null or a.action = ${action ?? null} or a.action like ${prefix})
    and (${actor ?? null}::text is null or a.actor_id = ${actor ?? null} or a.actor_name ilike ${likePattern(actor ?? "")})
    and (${target ?? null}::text is null or a.target_id = ${target ?? null} or a.target_kind = ${target ?? null}
         or a.target_name ilike ${likePattern(target ?? "")})
    and (${outcome} = 'any' or a.outcome = ${outcome})
    and (${from ?? null}::timestamptz is null or a.at >= ${from ?? null}::timestamptz)
    and (${to ?? null}::timestamptz is null or a.at <= ${to ?? null}::timestamptz)`;
}

// A loose index scan: as many index reads as there are different actions, however long the log is.
async function knownActions(): Promise<string[]> {
  const rows = await selectRows(
    z.object({ action: z.string() }),
    sql`with recursive next as (
          (select action from audit_entry order by action limit 1)
          union all
          select (select a.action from audit_entry a where a.action > next.action order by a.action limit 1) from next where next.action is not null
        ) select action from next where action is not null`,
  );
  return rows.map((row) => row.action);
}
