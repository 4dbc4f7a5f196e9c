import { clock } from "#clock.ts";
import { assess } from "#engines/image-scan/assess.ts";
import { saveAssessments } from "#store/assessment/assessment.ts";
import type { StatusCause } from "#store/assessment/status-history.ts";
import { markRepositoriesOfImages } from "#store/count/dirty-marks.ts";
import { recountPlaces } from "#store/count/place-figure.ts";
import { applyExemptions } from "#store/exemption/to-findings.ts";
import type { ImageKey } from "#store/image/image-scan.ts";
import { imageStandings } from "#store/image/image-standing.ts";
import { arrivingImages, recordArrivals } from "#store/registry/arrival.ts";
import type { Transaction } from "#store/transaction.ts";

export interface TouchedImage extends ImageKey {
  cause: StatusCause;
  /** What touched it: id of a scan or an import. */
  causeRef: string | null;
}

/**
 * Makes right what is derived from an image after something about it changed, in the caller's transaction: exemptions of new
 * findings, sets that nobody counted, figures of its places, its verdicts with their history, and what a first result in a place
 * is news of. The scan of a push and the recount of thousands of images do the same here. An image that only advisories
 * touched is judged again when its posture or its worst open finding changed.
 */
export async function settleImages(tx: Transaction, images: readonly TouchedImage[]): Promise<void> {
  if (images.length === 0) return;
  await applyExemptions(tx, images);
  const changed = await recountPlaces(tx, images);
  const own = images.filter(({ cause }) => cause !== "advisories");
  const judged = new Set(own.map(keyOf));
  const others = changed.filter((image) => !judged.has(keyOf(image)));
  await assessImages(tx, [
    ...own,
    ...others.map((image) => ({ ...image, cause: "advisories" as const, causeRef: null })),
  ]);
  await markRepositoriesOfImages(tx, "verdict", [...own, ...others]);
  await recordArrivals(tx, await arrivingImages(tx, images));
}

const keyOf = ({ registryId, digest }: ImageKey): string => `${registryId}/${digest}`;

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
