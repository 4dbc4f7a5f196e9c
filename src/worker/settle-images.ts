import { clock } from "#clock.ts";
import { assess } from "#engines/image-scan/assess.ts";
import { saveAssessments } from "#store/assessment/assessment.ts";
import type { StatusCause } from "#store/assessment/status-history.ts";
import { recountImages } from "#store/count/counters.ts";
import { applyExemptions } from "#store/exemption/to-findings.ts";
import type { ImageKey } from "#store/image/image-scan.ts";
import { imageStandings } from "#store/image/image-standing.ts";
import { recordArrivals } from "#store/registry/arrival.ts";
import type { Transaction } from "#store/transaction.ts";

export interface TouchedImage extends ImageKey {
  cause: StatusCause;
  /** What touched it: id of a scan or an import. */
  causeRef: string | null;
}

/**
 * Makes right what is derived from an image after something about it changed, in the caller's transaction: exemptions of new
 * findings, its counts and those of its places, its verdicts with their history, and what a first result in a place is news
 * of. The scan of a push and the recount of a thousand images do the same here.
 */
export async function settleImages(tx: Transaction, images: readonly TouchedImage[]): Promise<void> {
  await applyExemptions(tx, images);
  await recountImages(tx, images);
  await assessImages(tx, images);
  await recordArrivals(tx, images);
}

/** Judges images from what scans and counts say of them now, and saves what differs. */
export async function assessImages(tx: Transaction, images: readonly TouchedImage[]): Promise<void> {
  const now = clock.now();
  const groups = Map.groupBy(images, ({ cause, causeRef }) => `${cause}|${causeRef ?? ""}`);
  for (const group of groups.values()) {
    const [first] = group;
    if (!first) continue;
    const standings = await imageStandings(tx, group);
    await saveAssessments(
      tx,
      standings.map((image) => ({
        subject: { rootId: image.registryId, kind: "image", resourceId: image.digest },
        assessments: assess(image, now),
      })),
      { at: now, cause: first.cause, causeRef: first.causeRef },
    );
  }
}
