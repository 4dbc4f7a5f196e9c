import { pool } from "#store/client.ts";
import { orphanScans } from "#store/image/image-scan.ts";
import { saveScanFailure } from "./save-scan.ts";

const REASON =
  "The worker stopped every time it tried this scan, most likely for lack of memory. Try it again when the cause is found.";

/** Ends scans that the queue has given up on, so that none claims to wait or run for ever. Returns how many there were. */
export async function endOrphanScans(): Promise<number> {
  const orphans = await orphanScans(pool());
  for (const { registryId, digest, scanId } of orphans) await saveScanFailure({ registryId, digest }, scanId, REASON);
  return orphans.length;
}
