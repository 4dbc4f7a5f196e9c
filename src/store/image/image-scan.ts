import { z } from "zod";
import { digestToBytes } from "#domain/digest.ts";
import type { Diagnostic } from "#domain/evidence.ts";
import { newId } from "#store/ids.ts";
import { enqueue, type jobPriority } from "#store/queue/queue.ts";
import { type Executor, execute, selectFirst, selectRows, sql } from "#store/sql.ts";

/** States of one scan. The first two are alive; the others are final and never change again. */
export const scanStates = ["queued", "scanning", "done", "partial", "failed", "cancelled"] as const;
export type ScanState = (typeof scanStates)[number];

/** What a running scan is doing, in the words that people read. */
export type ScanStage = "waiting" | "reading layers" | "matching" | "saving";

/** Why a scan was asked for. Everything but `push` is quiet: it makes no notice per finding. */
export type ScanTrigger = "push" | "reconcile" | "connected" | "person" | "analyser";

export interface ScanProgress {
  layersDone: number;
  layersTotal: number;
  bytesDone: number;
  bytesTotal: number;
}

export interface ImageKey {
  registryId: string;
  digest: string;
}

const priorityOf: Record<ScanTrigger, keyof typeof jobPriority> = {
  push: "push",
  reconcile: "schedule",
  connected: "schedule",
  person: "person",
  analyser: "schedule",
};

/**
 * Adds a scan of an image and its job, in the caller's transaction. While a scan of the image waits or runs, no second one is
 * added: its id is returned with `added: false`.
 */
export async function queueScan(
  executor: Executor,
  image: ImageKey,
  trigger: ScanTrigger,
): Promise<{ scanId: string; added: boolean }> {
  const digest = digestToBytes(image.digest);
  // One at a time per image: the row lock makes two askers see each other's scan.
  await execute(
    sql`select 1 from image where registry_id = ${image.registryId} and digest = ${digest} for update`,
    executor,
  );
  const alive = await selectFirst(
    z.object({ id: z.string() }),
    sql`select id from image_scan where registry_id = ${image.registryId} and digest = ${digest} and state in ('queued', 'scanning')
        order by queued_at desc limit 1`,
    executor,
  );
  if (alive) return { scanId: alive.id, added: false };
  const scanId = newId();
  await execute(
    sql`insert into image_scan (registry_id, id, digest, trigger, state, stage)
        values (${image.registryId}, ${scanId}, ${digest}, ${trigger}, 'queued', 'waiting')`,
    executor,
  );
  await execute(
    sql`update image set scan_state = 'queued', scan_reason = null
         where registry_id = ${image.registryId} and digest = ${digest} and scanned_at is null`,
    executor,
  );
  await enqueue("scan-image", { ...image, scanId }, { executor, key: scanId, priority: priorityOf[trigger] });
  return { scanId, added: true };
}

const ScanRow = z.object({ state: z.enum(scanStates), trigger: z.string(), attempt: z.number().int() });

/** The state of a scan, locked until the transaction ends when `lock` is set; undefined when there is no such scan. */
export function readScan(
  executor: Executor,
  scan: { registryId: string; scanId: string },
  options: { lock?: boolean } = {},
): Promise<z.infer<typeof ScanRow> | undefined> {
  return selectFirst(
    ScanRow,
    sql`select state, trigger, attempt from image_scan where registry_id = ${scan.registryId} and id = ${scan.scanId}
        ${options.lock ? sql`for update` : sql``}`,
    executor,
  );
}

/** Marks a scan as running. */
export async function startScan(
  executor: Executor,
  scan: ImageKey & { scanId: string; attempt: number },
): Promise<void> {
  await execute(
    sql`update image_scan set state = 'scanning', stage = 'reading layers', attempt = ${scan.attempt}, error = null,
          started_at = coalesce(started_at, clock_timestamp()), heartbeat_at = clock_timestamp()
         where registry_id = ${scan.registryId} and id = ${scan.scanId}`,
    executor,
  );
  await execute(
    sql`update image set scan_state = 'scanning'
         where registry_id = ${scan.registryId} and digest = ${digestToBytes(scan.digest)} and scanned_at is null`,
    executor,
  );
}

/** Writes how far a scan is. Returns false when the scan is no longer running: somebody cancelled it. */
export async function reportProgress(
  executor: Executor,
  scan: { registryId: string; scanId: string },
  report: { stage: ScanStage; progress: ScanProgress },
): Promise<boolean> {
  const touched = await execute(
    sql`update image_scan set stage = ${report.stage}, progress = ${JSON.stringify(report.progress)}, heartbeat_at = clock_timestamp()
         where registry_id = ${scan.registryId} and id = ${scan.scanId} and state = 'scanning'`,
    executor,
  );
  return touched > 0;
}

export interface FinishedScan {
  registryId: string;
  scanId: string;
  state: "done" | "partial" | "failed" | "cancelled";
  error?: string | null;
  layersRead?: number;
  layersReused?: number;
  bytesPulled?: number;
  analyserVersion?: number;
  advisoriesVersion?: bigint;
  packageCount?: number;
  findingCount?: number;
  diagnostics?: readonly Diagnostic[];
}

/** Ends a scan. A scan that has ended already is left alone. */
export async function finishScan(executor: Executor, scan: FinishedScan): Promise<void> {
  await execute(
    sql`update image_scan set state = ${scan.state}, stage = null, finished_at = clock_timestamp(), heartbeat_at = null,
          duration_ms = (extract(epoch from clock_timestamp() - coalesce(started_at, clock_timestamp())) * 1000)::int,
          error = ${scan.error ?? null}, layers_read = ${scan.layersRead ?? 0}, layers_reused = ${scan.layersReused ?? 0},
          bytes_pulled = ${scan.bytesPulled ?? 0}, analyser_version = ${scan.analyserVersion ?? null},
          advisories_version = ${scan.advisoriesVersion ?? null}, package_count = ${scan.packageCount ?? null},
          finding_count = ${scan.findingCount ?? null}, diagnostics = ${JSON.stringify(scan.diagnostics ?? [])}
         where registry_id = ${scan.registryId} and id = ${scan.scanId} and state in ('queued', 'scanning')`,
    executor,
  );
  if (scan.state !== "cancelled") return;
  // An image that was never scanned waits for nothing any more; one with a result keeps it.
  await execute(
    sql`update image i set scan_state = 'cancelled', scan_reason = s.error from image_scan s
         where s.registry_id = ${scan.registryId} and s.id = ${scan.scanId} and s.state = 'cancelled'
           and i.registry_id = s.registry_id and i.digest = s.digest and i.scanned_at is null`,
    executor,
  );
}

/** Notes why an attempt failed while the scan waits for the next one. */
export async function noteRetry(
  executor: Executor,
  scan: { registryId: string; scanId: string },
  reason: string,
): Promise<void> {
  await execute(
    sql`update image_scan set stage = 'waiting', error = ${reason}, heartbeat_at = clock_timestamp()
         where registry_id = ${scan.registryId} and id = ${scan.scanId} and state = 'scanning'`,
    executor,
  );
}

const Orphan = z.object({ registry_id: z.string(), id: z.string(), digest: z.string() });

/**
 * Scans that claim to wait or run although the queue holds no job for them any more (every attempt was killed, or the job was
 * deleted by hand). Only those older than a minute, so that a scan being added right now is not one.
 */
export async function orphanScans(
  executor: Executor,
): Promise<{ registryId: string; scanId: string; digest: string }[]> {
  const rows = await selectRows(
    Orphan,
    sql`select s.registry_id, s.id, 'sha256:' || encode(s.digest, 'hex') as digest from image_scan s
         where s.state in ('queued', 'scanning') and greatest(s.queued_at, s.heartbeat_at) < clock_timestamp() - interval '1 minute'
           and not exists (select 1 from job j where j.name = 'scan-image' and j.state in ('created', 'retry', 'active')
                             and j.data ->> 'scanId' = s.id::text)
         limit 500`,
    executor,
  );
  return rows.map((row) => ({ registryId: row.registry_id, scanId: row.id, digest: row.digest }));
}
