import { z } from "zod";
import { requireRole } from "#domain/require-role.ts";
import type { Actor } from "#domain/role.ts";
import { IsoColumn } from "#queries/list/columns.ts";
import { decodeCursor, encodeCursor } from "#queries/list/keyset-cursor.ts";
import { ChoiceParam, CursorParam, OptionalText } from "#queries/list/search-params.ts";
import { joinSql, type Statement, selectFirst, selectRows, sql } from "#store/sql.ts";

export const jobStates = ["waiting", "running", "failed", "cancelled", "done"] as const;

export const JobListParams = z.object({
  state: ChoiceParam(["any", ...jobStates], "any"),
  queue: OptionalText,
  cursor: CursorParam,
});
export type JobListParams = z.infer<typeof JobListParams>;

const pageSize = 50;

const JobRow = z.object({
  id: z.string(),
  queue: z.string(),
  state: z.enum(jobStates),
  attempt: z.number(),
  attempts: z.number(),
  createdAt: IsoColumn,
  startedAt: IsoColumn.nullable(),
  finishedAt: IsoColumn.nullable(),
  nextAttemptAt: IsoColumn.nullable(),
  /** What the job works on, in its own words: names and digests, never content. */
  about: z.record(z.string(), z.unknown()).nullable().catch(null),
  reason: z.string().nullable(),
});
export type JobRow = z.infer<typeof JobRow>;

export interface JobList {
  rows: JobRow[];
  total: number;
  nextCursor: string | null;
}

/** Jobs of the queue, newest first: waiting, running, finished and failed ones with the reason of their last failure. */
export async function jobList(actor: Actor, input: unknown): Promise<JobList> {
  requireRole(actor, "admin");
  const params = JobListParams.parse(input);
  if (!(await hasQueue())) return { rows: [], total: 0, nextCursor: null };
  const shape = JSON.stringify([params.state, params.queue]);
  const after = decodeCursor(shape, params.cursor, z.tuple([z.string().max(40), z.uuid()]));
  const where = joinSql(conditions(params), " and ");
  const rows = await selectRows(
    JobRow.extend({ createdKey: z.string() }),
    sql`select j.id, j.name as queue, ${publicState} as state, j.retry_count + 1 as attempt, j.retry_limit + 1 as attempts,
               j.created_on as "createdAt", j.started_on as "startedAt", j.completed_on as "finishedAt",
               case when j.state in ('created', 'retry') and j.start_after > now() then j.start_after end as "nextAttemptAt",
               j.data as about, left(coalesce(j.output->>'message', j.output->'value'->>'message', j.output->>'value'), 500) as reason,
               j.created_on::text as "createdKey"
          from job j
         where ${where} and ${after ? sql`(j.created_on, j.id) < (${after[0]}::timestamptz, ${after[1]}::uuid)` : sql`true`}
         order by j.created_on desc, j.id desc limit ${pageSize + 1}`,
  );
  const counted = await selectFirst(
    z.object({ total: z.number() }),
    sql`select count(*)::int as total from (select 1 from job j where ${where} limit 10000) bounded`,
  );
  const page = rows.slice(0, pageSize);
  const last = rows.length > pageSize ? page.at(-1) : undefined;
  return {
    rows: page.map(({ createdKey: _createdKey, ...row }) => row),
    total: counted?.total ?? 0,
    nextCursor: last ? encodeCursor(shape, [last.createdKey, last.id]) : null,
  };
}

/** The queue makes its own tables at its first start; before that there are no jobs. */
export async function hasQueue(): Promise<boolean> {
  const row = await selectFirst(z.object({ exists: z.boolean() }), sql`select has_job_queue() as exists`);
  return row?.exists ?? false;
}

const publicState = sql`case j.state when 'created' then 'waiting' when 'retry' then 'waiting' when 'active' then 'running'
  when 'completed' then 'done' else j.state end`;

function conditions(params: JobListParams): Statement[] {
  const list = [sql`true`];
  if (params.state !== "any") list.push(sql`${publicState} = ${params.state}`);
  if (params.queue) list.push(sql`j.name = ${params.queue}`);
  return list;
}
