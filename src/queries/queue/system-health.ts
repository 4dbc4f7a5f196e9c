import { z } from "zod";
import { clock } from "#clock.ts";
import { queueWord } from "#domain/queue-words.ts";
import { requireRole } from "#domain/require-role.ts";
import type { Actor } from "#domain/role.ts";
import { type AsOf, asOf } from "#queries/list/as-of.ts";
import { BigIntColumn, IsoColumn } from "#queries/list/columns.ts";
import { selectFirst, selectRows, sql } from "#store/sql.ts";
import { hasQueue } from "./job-list.ts";

/** Processes are heard of every 5 s; one that was silent for this long does not work. */
export const deadAfterSeconds = 20;

const QueueRow = z.object({
  name: z.string(),
  waiting: z.number(),
  running: z.number(),
  failed: z.number(),
  doneLastHour: z.number(),
  oldestWaitingAt: IsoColumn.nullable(),
});
export type QueueHealth = z.infer<typeof QueueRow>;

const ProcessRow = z.object({
  id: z.string(),
  role: z.string(),
  version: z.string(),
  startedAt: IsoColumn,
  seenAt: IsoColumn,
  detail: z.record(z.string(), z.unknown()).nullable().catch(null),
});
export type ProcessHealth = z.infer<typeof ProcessRow> & { state: "alive" | "silent" };

const FeedRow = z.object({
  id: z.string(),
  title: z.string(),
  records: z.number(),
  dataDate: IsoColumn.nullable(),
  lastCheckedAt: IsoColumn.nullable(),
  state: z.string(),
  lastError: z.string().nullable(),
});
export type FeedHealth = z.infer<typeof FeedRow>;

const TableRow = z.object({ name: z.string(), bytes: BigIntColumn, rows: BigIntColumn });

export interface HealthProblem {
  what: string;
  detail: string;
  fix: string;
  href: string | null;
}

export interface SystemHealth {
  problems: HealthProblem[];
  queues: QueueHealth[];
  processes: ProcessHealth[];
  feeds: FeedHealth[];
  database: { bytes: string; version: string; tables: z.infer<typeof TableRow>[]; connections: number };
  scans: { running: number; queued: number; failed: number };
  asOf: AsOf;
}

/** Whether Breakwater itself works: processes, queues, database, feeds, and in words what is wrong. */
export async function systemHealth(actor: Actor, _input?: unknown): Promise<SystemHealth> {
  requireRole(actor, "viewer");
  const now = clock.now();
  const [queues, processes, feeds, database, scans, freshness] = await Promise.all([
    loadQueues(),
    loadProcesses(now),
    loadFeeds(),
    loadDatabase(),
    loadScans(),
    asOf(),
  ]);
  return {
    problems: findProblems({ queues, processes, feeds }, now),
    queues,
    processes,
    feeds,
    database,
    scans,
    asOf: freshness,
  };
}

async function loadQueues(): Promise<QueueHealth[]> {
  if (!(await hasQueue())) return [];
  return selectRows(
    QueueRow,
    sql`select q.name,
               count(j.id) filter (where j.state in ('created', 'retry'))::int as waiting,
               count(j.id) filter (where j.state = 'active')::int as running,
               count(j.id) filter (where j.state = 'failed')::int as failed,
               count(j.id) filter (where j.state = 'completed' and j.completed_on > now() - interval '1 hour')::int as "doneLastHour",
               min(j.created_on) filter (where j.state in ('created', 'retry') and j.start_after <= now()) as "oldestWaitingAt"
          from job_queue q left join job j on j.name = q.name
         group by q.name order by q.name`,
  );
}

async function loadProcesses(now: Date): Promise<ProcessHealth[]> {
  const rows = await selectRows(
    ProcessRow,
    sql`select id, role, version, started_at as "startedAt", seen_at as "seenAt", detail from process_heartbeat
         where seen_at > ${new Date(now.getTime() - 86_400_000)} order by role, started_at desc limit 200`,
  );
  return rows.map((row) => ({ ...row, state: isSilent(row.seenAt, now) ? "silent" : "alive" }));
}

function isSilent(seenAt: string, now: Date): boolean {
  return now.getTime() - Date.parse(seenAt) > deadAfterSeconds * 1000;
}

function loadFeeds(): Promise<FeedHealth[]> {
  return selectRows(
    FeedRow,
    sql`select id, title, record_count as records, data_date as "dataDate", last_checked_at as "lastCheckedAt", state,
               last_error as "lastError" from feed order by title limit 200`,
  );
}

async function loadDatabase(): Promise<SystemHealth["database"]> {
  const row = await selectFirst(
    z.object({ bytes: BigIntColumn, version: z.string(), connections: z.number() }),
    sql`select pg_database_size(current_database()) as bytes, current_setting('server_version') as version,
               (select count(*)::int from pg_stat_activity where datname = current_database()) as connections`,
  );
  const tables = await selectRows(
    TableRow,
    sql`select c.relname as name, sum(pg_total_relation_size(coalesce(i.inhrelid, c.oid)))::bigint as bytes,
               sum(greatest(coalesce(child.reltuples, c.reltuples), 0))::bigint as rows
          from pg_class c
          join pg_namespace n on n.oid = c.relnamespace
          left join pg_inherits i on i.inhparent = c.oid and c.relkind = 'p'
          left join pg_class child on child.oid = i.inhrelid
         where n.nspname in ('public', 'pgboss') and c.relkind in ('r', 'p') and not c.relispartition
         group by c.relname order by bytes desc limit 15`,
  );
  return { bytes: row?.bytes ?? "0", version: row?.version ?? "", connections: row?.connections ?? 0, tables };
}

async function loadScans(): Promise<SystemHealth["scans"]> {
  const row = await selectFirst(
    z.object({ running: z.number(), queued: z.number(), failed: z.number() }),
    sql`select (select count(*)::int from image_scan where state = 'scanning') as running,
               (select count(*)::int from image_scan where state = 'queued') as queued,
               (select count(*)::int from image i join registry g on g.id = i.registry_id and g.deleted_at is null
                 where i.scan_state = 'failed') as failed`,
  );
  return row ?? { running: 0, queued: 0, failed: 0 };
}

function findProblems(seen: Pick<SystemHealth, "queues" | "processes" | "feeds">, now: Date): HealthProblem[] {
  const workers = seen.processes.filter((process) => process.role !== "web");
  const alive = workers.filter((process) => process.state === "alive");
  const problems: HealthProblem[] = [];
  if (alive.length === 0) {
    const last = workers
      .map((process) => process.seenAt)
      .sort()
      .at(-1);
    problems.push({
      what: "No worker is running",
      detail: last
        ? `Last heard ${ago(now.getTime() - Date.parse(last))} ago. Scans and imports wait.`
        : "None was seen in the last 24 h. Scans and imports wait.",
      fix: "Start Breakwater again, or the worker alone with BREAKWATER_ROLE=worker.",
      href: null,
    });
  }
  for (const queue of seen.queues) {
    const waited = queue.oldestWaitingAt ? (now.getTime() - Date.parse(queue.oldestWaitingAt)) / 60_000 : 0;
    if (waited > 15)
      problems.push({
        what: `Jobs wait: ${queueWord(queue.name)}`,
        detail: `The oldest of ${queue.waiting} waits for ${Math.round(waited)} min.`,
        fix: "Start another worker, or see what the running jobs do.",
        href: `?state=waiting&queue=${queue.name}`,
      });
    if (queue.failed > 0)
      problems.push({
        what: `${queue.failed} failed ${queue.failed === 1 ? "job" : "jobs"}: ${queueWord(queue.name)}`,
        detail: "They used up their attempts and will not run again by themselves.",
        fix: "Read the reason, then retry.",
        href: `?state=failed&queue=${queue.name}`,
      });
  }
  for (const feed of seen.feeds.filter((candidate) => candidate.lastError)) {
    problems.push({
      what: `The feed ${feed.title} could not be read`,
      detail: feed.lastError ?? "",
      fix: "Check the network, or import a file by hand.",
      href: "/settings/advisories",
    });
  }
  return problems;
}

function ago(milliseconds: number): string {
  const seconds = Math.round(milliseconds / 1000);
  return seconds < 120 ? `${seconds} s` : `${Math.round(seconds / 60)} min`;
}
