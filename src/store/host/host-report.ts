import { z } from "zod";
import { storeBlob } from "#store/blob.ts";
import { newId, sha256 } from "#store/ids.ts";
import { enqueue, enqueueMany } from "#store/queue/queue.ts";
import { type Executor, execute, selectFirst, selectRows, sql } from "#store/sql.ts";

/** How many reports of a host keep their body; older ones keep their row. */
const KEPT_BODIES = 10;

export interface NewHostReport {
  hostId: string;
  sequence: bigint;
  /** Digest of the evidence alone, so that a repeated report is recognised. */
  contentSha256: Uint8Array;
  /** Gzip of the report's JSON. */
  body: Uint8Array;
  sizeBytes: number;
  collectedAt: Date;
  agentVersion: string;
  /** Why it is kept and never assessed. */
  superseded?: string;
}

/** Stores a report; null when the very same one is there already. */
export async function insertHostReport(executor: Executor, report: NewHostReport): Promise<string | null> {
  const id = newId();
  const bodySha256 = sha256(report.body);
  const inserted = await execute(
    sql`insert into host_report (host_id, id, sequence, content_sha256, body_sha256, size_bytes, collected_at, agent_version,
          state, error)
        values (${report.hostId}, ${id}, ${report.sequence}, ${report.contentSha256}, ${bodySha256}, ${report.sizeBytes},
          ${report.collectedAt}, ${report.agentVersion}, ${report.superseded === undefined ? "accepted" : "superseded"}, ${report.superseded ?? null})
        on conflict (host_id, sequence, content_sha256) do nothing`,
    executor,
  );
  if (inserted === 0) return null;
  await storeBlob(executor, report.body);
  return id;
}

/** How many reports of a host arrived after `since`. */
export async function reportsSince(executor: Executor, hostId: string, since: Date): Promise<number> {
  const row = await selectFirst(
    z.object({ n: z.number() }),
    sql`select count(*)::int as n from host_report where host_id = ${hostId} and received_at > ${since}`,
    executor,
  );
  return row?.n ?? 0;
}

const PendingReport = z.object({
  id: z.string(),
  sequence: z.bigint(),
  bodySha256: z.instanceof(Uint8Array).nullable(),
  collectedAt: z.date(),
});
export type PendingReport = z.infer<typeof PendingReport>;

/** Reports of a host that wait for their assessment, in the order the agent made them. */
export function pendingReports(executor: Executor, hostId: string): Promise<PendingReport[]> {
  return selectRows(
    PendingReport,
    sql`select id, sequence, body_sha256 as "bodySha256", collected_at as "collectedAt" from host_report
         where host_id = ${hostId} and state = 'accepted' order by sequence, received_at limit 50`,
    executor,
  );
}

/** The newest report that was assessed and still has its body. */
export function lastAssessedReport(executor: Executor, hostId: string): Promise<PendingReport | undefined> {
  return selectFirst(
    PendingReport,
    sql`select id, sequence, body_sha256 as "bodySha256", collected_at as "collectedAt" from host_report
         where host_id = ${hostId} and state = 'assessed' and body_sha256 is not null order by sequence desc, received_at desc limit 1`,
    executor,
  );
}

/** The highest sequence of a host that was assessed: an older report that arrives later must not bring its state back. */
export async function assessedSequence(executor: Executor, hostId: string): Promise<bigint | null> {
  const row = await selectFirst(
    z.object({ sequence: z.bigint().nullable() }),
    sql`select max(sequence) as sequence from host_report where host_id = ${hostId} and state = 'assessed'`,
    executor,
  );
  return row?.sequence ?? null;
}

/** Ends the work on a report. */
export async function finishReport(
  executor: Executor,
  hostId: string,
  reportId: string,
  result: { state: "assessed" | "superseded" | "failed"; error?: string; summary?: unknown },
): Promise<void> {
  await execute(
    sql`update host_report set state = ${result.state}, error = ${result.error ?? null},
          summary = ${result.summary === undefined ? null : JSON.stringify(result.summary)} where host_id = ${hostId} and id = ${reportId}`,
    executor,
  );
}

/** Forgets the bodies of all but the newest reports; rows stay for the history. */
export async function trimReportBodies(executor: Executor, hostId: string): Promise<void> {
  await execute(
    sql`with old as (
          select id, body_sha256 from host_report where host_id = ${hostId} and body_sha256 is not null and state <> 'accepted'
           order by sequence desc, received_at desc offset ${KEPT_BODIES}),
        cleared as (update host_report r set body_sha256 = null from old where r.host_id = ${hostId} and r.id = old.id returning old.body_sha256)
        delete from blob b using cleared c where b.sha256 = c.body_sha256
          and not exists (select 1 from host_report r where r.body_sha256 = b.sha256 and r.host_id <> ${hostId})`,
    executor,
  );
}

/** Puts a host's last report back into the queue, for when what people expect of the host has changed. */
export async function reassessHost(executor: Executor, hostId: string): Promise<void> {
  const last = await lastAssessedReport(executor, hostId);
  if (!last) return;
  await execute(sql`update host_report set state = 'accepted' where host_id = ${hostId} and id = ${last.id}`, executor);
  await enqueue("assess-host", { hostId, reportId: last.id }, { executor, priority: "person", key: hostId });
}

/**
 * Puts the last report of every approved host back into the queue, for when what a site expects has changed. Returns how many
 * hosts. The hosts are locked first: an assessment under way ends before, so that none keeps a verdict by the old expectations.
 */
export async function reassessAllHosts(executor: Executor): Promise<number> {
  await execute(
    sql`select id from host where removed_at is null and approval = 'approved' order by id for update`,
    executor,
  );
  const last = await selectRows(
    z.object({ hostId: z.string(), reportId: z.string() }),
    sql`with last as (
          select h.id as host_id, r.id from host h cross join lateral (
            select r.id from host_report r where r.host_id = h.id and r.state = 'assessed' and r.body_sha256 is not null
             order by r.sequence desc, r.received_at desc limit 1) r
           where h.removed_at is null and h.approval = 'approved')
        update host_report r set state = 'accepted' from last where r.host_id = last.host_id and r.id = last.id
        returning r.host_id as "hostId", r.id as "reportId"`,
    executor,
  );
  await enqueueMany(
    "assess-host",
    last.map((payload) => ({ payload, key: payload.hostId })),
    { executor, priority: "person" },
  );
  return last.length;
}
