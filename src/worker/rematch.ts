import { listTouched, markChangedImages, takeTouched } from "#store/advisory/package-touch.ts";
import { recordChange } from "#store/change.ts";
import { pool } from "#store/client.ts";
import { transaction } from "#store/transaction.ts";
import { matchPackages } from "./match-packages.ts";

export interface RematchSummary {
  packages: number;
  added: number;
  changed: number;
  resolved: number;
}

const batchSize = 2000;

/**
 * Matches again every package version that an import noted, batch by batch, until none is left, then asks for
 * the recount that tells images, figures and notices. Each batch commits alone; a killed run is taken up where it stopped.
 */
export async function rematchTouched(signal?: AbortSignal): Promise<RematchSummary> {
  const total: RematchSummary = { packages: 0, added: 0, changed: 0, resolved: 0 };
  for (let ids = await listTouched(pool()); ids.length > 0; ids = await listTouched(pool())) {
    let taken = 0;
    for (let start = 0; start < ids.length; start += batchSize) {
      signal?.throwIfAborted();
      taken += await rematchBatch(ids.slice(start, start + batchSize), total);
    }
    // What is left belongs to another worker that is busy with it.
    if (taken === 0) break;
  }
  await transaction(async (tx) => {
    if ((await markChangedImages(tx)) > 0) await recordChange(tx, "advisories", "vulnerabilities", "containers");
  });
  return total;
}

async function rematchBatch(ids: readonly bigint[], total: RematchSummary): Promise<number> {
  return transaction(async (tx) => {
    const touched = await takeTouched(tx, ids);
    const byImport = new Map<string | null, bigint[]>();
    for (const { importId, packageVersionId } of touched) {
      const group = byImport.get(importId);
      if (group) group.push(packageVersionId);
      else byImport.set(importId, [packageVersionId]);
    }
    for (const [importId, packageIds] of byImport) {
      const outcome = await matchPackages(tx, packageIds, { importId, isUpdate: true });
      total.packages += packageIds.length;
      total.added += outcome.added;
      total.changed += outcome.changed;
      total.resolved += outcome.resolved;
    }
    return touched.length;
  });
}
