import { clock } from "#clock.ts";
import type { Inventory } from "#engines/image-scan/facts.ts";
import { recordChange } from "#store/change.ts";
import { pool } from "#store/client.ts";
import { type ImageToScan, readImageToScan } from "#store/image/image.ts";
import { type ImageKey, noteRetry, readScan, startScan } from "#store/image/image-scan.ts";
import { transaction } from "#store/transaction.ts";
import { defineJob, type JobContext, PermanentJobError } from "../define-job.ts";
import { registryClientFor } from "../registry-access.ts";
import { fetchLayers, fetchUnread, type LayerSource } from "../scan/fetch-layers.ts";
import { matchInventory, saveScan, saveScanCancelled, saveScanFailure } from "../scan/save-scan.ts";
import { plainReason, ScanCancelled, ScanFailure } from "../scan/scan-failure.ts";
import { ScanProgressWriter } from "../scan/scan-progress.ts";
import { inventoryInThread } from "../scan/scan-threads.ts";
import { settleOwners } from "../scan/settle-owners.ts";

/** A scan must end well before its job expires in the queue. */
const SCAN_TIME_MS = 28 * 60_000;

interface Scan {
  image: ImageKey;
  scanId: string;
  context: JobContext;
}

/**
 * Scans one platform image: layers (known ones from the store) → inventory → package sets → matches → saved in one
 * transaction. A scan that has ended is not run again. What another try cannot mend ends as failed at once.
 */
export default defineJob(
  "scan-image",
  async ({ registryId, digest, scanId }, context) => {
    const scan: Scan = { image: { registryId, digest }, scanId, context };
    const image = await begin(scan);
    if (!image) return;
    try {
      await run(scan, image);
    } catch (error) {
      await settle(scan, error);
    }
  },
  { concurrency: 3, perRegistry: 2 },
);

/** Marks the scan as running. Returns undefined when there is nothing to do: it has ended, or its image is gone. */
async function begin({ image, scanId, context }: Scan): Promise<ImageToScan | undefined> {
  const found = await readImageToScan(pool(), image);
  if (!found || found.registryDeleted || !found.placed || found.repository === null) {
    const reason = found?.registryDeleted ? "The registry was disconnected" : "The image is no longer in the registry";
    await saveScanCancelled(image, scanId, reason);
    return undefined;
  }
  return transaction(async (tx) => {
    const scan = await readScan(tx, { registryId: image.registryId, scanId }, { lock: true });
    if (scan?.state !== "queued" && scan?.state !== "scanning") return undefined;
    await startScan(tx, { ...image, scanId, attempt: context.attempt });
    await recordChange(tx, `image:${image.digest}`, `registry:${image.registryId}`);
    return found;
  });
}

async function run({ image, scanId, context }: Scan, found: ImageToScan): Promise<void> {
  const client = await registryClientFor(image.registryId);
  const cancelled = new AbortController();
  const signal = AbortSignal.any([context.signal, cancelled.signal, AbortSignal.timeout(SCAN_TIME_MS)]);
  const progress = new ScanProgressWriter(image, scanId, () => cancelled.abort(new ScanCancelled()));
  try {
    const repository = found.repository ?? "";
    const source: LayerSource = {
      registryId: image.registryId,
      layers: found.layers,
      openBlob: async (layer, layerSignal) =>
        client.blob(repository, layer.digest, { signal: layerSignal, expectedBytes: layer.sizeBytes }),
      signal,
      onProgress: (report) => progress.report("reading layers", report),
    };
    const layers = await fetchLayers(source);
    const inventory = await settleOwners(pool(), await inventoryOf(source, layers.facts));
    progress.stage("matching");
    await matchInventory({ inventory, isDemo: found.isDemo });
    signal.throwIfAborted();
    progress.stage("saving");
    await progress.end();
    await saveScan({ image, scanId, isDemo: found.isDemo, inventory, layers });
  } finally {
    await progress.end();
  }
}

async function inventoryOf(source: LayerSource, facts: Uint8Array[]): Promise<Inventory> {
  const { signal } = source;
  const first = await inventoryInThread(facts, { signal });
  if (first.unread.length === 0) return first.inventory;
  return (await inventoryInThread(await fetchUnread(source, facts, first.unread), { signal })).inventory;
}

/** Ends the scan after an error, or leaves it waiting for its next try and throws on. */
async function settle({ image, scanId, context }: Scan, error: unknown): Promise<void> {
  const { log } = context;
  if (error instanceof ScanCancelled) {
    await saveScanCancelled(image, scanId, error.message);
    return;
  }
  // The worker is stopping, or the queue took the job away: another run follows.
  if (context.signal.aborted) throw error;
  const reason = reasonOf(error);
  const isFinal = context.isLastAttempt || (error instanceof ScanFailure && error.isPermanent);
  if (isFinal) {
    await saveScanFailure(image, scanId, reason);
    log.warn({ err: error, digest: image.digest }, "the scan failed");
    throw new PermanentJobError(reason, { cause: error });
  }
  await transaction(async (tx) => {
    await noteRetry(tx, { registryId: image.registryId, scanId }, reason);
    await recordChange(tx, `image:${image.digest}`);
  });
  throw error;
}

function reasonOf(error: unknown): string {
  if (error instanceof Error && error.name === "TimeoutError") {
    return `The scan did not end within ${SCAN_TIME_MS / 60_000} minutes (given up at ${clock.now().toISOString()})`;
  }
  return plainReason(error);
}
