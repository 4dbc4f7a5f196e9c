import { zstdCompressSync } from "node:zlib";
import { z } from "zod";
import { coverageStatement } from "#engines/image-scan/coverage.ts";
import { ANALYSER_VERSION, type Inventory } from "#engines/image-scan/facts.ts";
import { storeBlob } from "#store/blob.ts";
import { recordChange } from "#store/change.ts";
import { pool } from "#store/client.ts";
import { type DirtyMark, markDirty } from "#store/count/dirty-marks.ts";
import { saveImageFailure, saveImageResult } from "#store/image/image.ts";
import { finishScan, type ImageKey, readScan } from "#store/image/image-scan.ts";
import {
  addPackageVersions,
  imageSets,
  laggingPackageVersions,
  packageVersionId,
  planSets,
  replaceImageSets,
} from "#store/image/package-set.ts";
import { selectFirst, sql } from "#store/sql.ts";
import { type Transaction, transaction } from "#store/transaction.ts";
import { matchPackages } from "../match-packages.ts";
import { assessImages, settleImages } from "../settle-images.ts";
import type { FetchedLayers } from "./fetch-layers.ts";
import { ScanCancelled } from "./scan-failure.ts";
import { unreadableVersions } from "./unreadable-versions.ts";

export interface ScanResult {
  image: ImageKey;
  scanId: string;
  isDemo: boolean;
  inventory: Inventory;
  layers: Pick<FetchedLayers, "read" | "reused" | "bytesPulled">;
}

/** Matches the packages of an image that were never matched, ahead of the saving transaction so that it stays short. */
export async function matchInventory(result: Pick<ScanResult, "inventory" | "isDemo">): Promise<void> {
  await transaction(async (tx) => {
    const ids = await addPackageVersions(tx, result.inventory.packages, result.isDemo);
    const lagging = await laggingPackageVersions(tx, ids);
    if (lagging.length > 0) await matchPackages(tx, lagging);
  });
}

/**
 * Saves everything a scan found in one transaction: package sets, inventory, figures of the image and its places, status
 * history, notices, the scan's end. The advisories cannot change while it runs, so figures and matches fit together.
 * Saving a scan that has ended already does nothing. Throws ScanCancelled when it was called off.
 */
export async function saveScan(result: ScanResult): Promise<void> {
  const { image, scanId } = result;
  const inventory = await withUnreadableVersions(result.inventory);
  const sets = planSets(image.registryId, inventory.packages);
  const blob = encodeInventory(inventory);
  await transaction(async (tx) => {
    const scan = await readScan(tx, { registryId: image.registryId, scanId }, { lock: true });
    if (!scan || scan.state === "cancelled") throw new ScanCancelled();
    if (scan.state !== "scanning" && scan.state !== "queued") return;
    const advisoriesVersion = await holdAdvisories(tx);
    const ids = await addPackageVersions(tx, inventory.packages, result.isDemo);
    const lagging = await laggingPackageVersions(tx, ids);
    if (lagging.length > 0) await matchPackages(tx, lagging);

    const before = await imageSets(tx, image);
    await replaceImageSets(tx, image, sets);
    const state = isWhole(inventory) ? ("done" as const) : ("partial" as const);
    await saveImageResult(tx, image, {
      state,
      scanId,
      analyserVersion: ANALYSER_VERSION,
      os: inventory.os,
      osState: inventory.osState,
      endOfLifeAt: await endOfSupport(tx, inventory),
      completeness: inventory.completeness,
      diagnostics: inventory.diagnostics,
      packageCount: inventory.packages.length,
      inventorySha256: await storeBlob(tx, blob),
      setIds: sets.map((set) => set.id),
      setIdFiles: inventory.setIdFiles,
      coverage: coverageStatement(inventory),
    });
    await settleImages(tx, [{ ...image, cause: scan.trigger === "push" ? "push" : "scan", causeRef: scanId }]);
    await finishScan(tx, {
      registryId: image.registryId,
      scanId,
      state,
      layersRead: result.layers.read,
      layersReused: result.layers.reused,
      bytesPulled: result.layers.bytesPulled,
      analyserVersion: ANALYSER_VERSION,
      advisoriesVersion,
      packageCount: inventory.packages.length,
      findingCount: await openFindings(tx, image),
      diagnostics: inventory.diagnostics,
    });
    await announce(tx, image, [...new Set([...before, ...sets.map((set) => set.id)])]);
  });
}

/** Ends a scan without a result. What an earlier scan found stays. */
export async function saveScanFailure(image: ImageKey, scanId: string, reason: string): Promise<void> {
  await transaction(async (tx) => {
    const scan = await readScan(tx, { registryId: image.registryId, scanId }, { lock: true });
    if (scan?.state !== "scanning" && scan?.state !== "queued") return;
    await saveImageFailure(tx, image, { scanId, reason });
    await finishScan(tx, { registryId: image.registryId, scanId, state: "failed", error: reason });
    await assessImages(tx, [{ ...image, cause: "scan", causeRef: scanId }]);
    await announce(tx, image, []);
  });
}

/** Ends a scan that has become pointless or was called off. */
export async function saveScanCancelled(image: ImageKey, scanId: string, reason: string): Promise<void> {
  await transaction(async (tx) => {
    const scan = await readScan(tx, { registryId: image.registryId, scanId }, { lock: true });
    if (!scan) return;
    await finishScan(tx, { registryId: image.registryId, scanId, state: "cancelled", error: reason });
    await announce(tx, image, []);
  });
}

/** Holds the advisories still until the transaction ends and returns their version. */
async function holdAdvisories(tx: Transaction): Promise<bigint> {
  const row = await selectFirst(
    z.object({ version: z.bigint() }),
    sql`select advisories_version as version from advisory_state for share`,
    tx,
  );
  return row?.version ?? 0n;
}

async function openFindings(tx: Transaction, image: ImageKey): Promise<number> {
  const row = await selectFirst(
    z.object({ n: z.number() }),
    sql`select findings as n from image_figure
         where registry_id = ${image.registryId} and digest = decode(${image.digest.slice(7)}, 'hex')`,
    tx,
  );
  return row?.n ?? 0;
}

async function announce(tx: Transaction, image: ImageKey, sets: readonly bigint[]): Promise<void> {
  await markDirty(tx, "scan", [
    { scope: "image", ...image },
    { scope: "registry", registryId: image.registryId },
    ...sets.map((setId): DirtyMark => ({ scope: "set", registryId: image.registryId, setId })),
  ]);
  await recordChange(tx, `image:${image.digest}`, `registry:${image.registryId}`, "containers");
}

async function withUnreadableVersions(inventory: Inventory): Promise<Inventory> {
  const unreadable = await unreadableVersions(pool(), inventory.packages);
  if (unreadable.length === 0) return inventory;
  return { ...inventory, diagnostics: [...inventory.diagnostics, ...unreadable], completeness: "partial" };
}

/** What a feed of support dates says about this release; without one, the date that the inventory came with. */
async function endOfSupport(tx: Transaction, { os }: Inventory): Promise<string | null> {
  if (!os) return null;
  const row = await selectFirst(
    z.object({ at: z.string() }),
    sql`select to_char(end_of_life_at at time zone 'utc', 'YYYY-MM-DD') as at from distribution_lifecycle
         where distribution = ${os.id} and end_of_life_at is not null and (cycle = ${os.version} or ${os.version}::text like cycle || '.%')
         order by length(cycle) desc limit 1`,
    tx,
  );
  return row?.at ?? os.eol;
}

/** Complete, and on a distribution whose packages can be judged. Anything else is a partial result and says so. */
function isWhole(inventory: Inventory): boolean {
  return inventory.completeness === "complete" && inventory.osState === "known";
}

/** The inventory as it is kept: JSON under zstd, with the id of the package version that each package is. */
function encodeInventory(inventory: Inventory): Uint8Array {
  const packages = inventory.packages.map((found) => ({ ...found, packageVersionId: String(packageVersionId(found)) }));
  const { os, osState, skipped } = inventory;
  return zstdCompressSync(JSON.stringify({ schemaVersion: 1, os, osState, packages, skipped }));
}
