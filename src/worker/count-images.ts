import { z } from "zod";
import type { ChangeTopic } from "#domain/topic.ts";
import type { StatusCause } from "#store/assessment/status-history.ts";
import { recordChange } from "#store/change.ts";
import { countDueFlaws, markImagesOfSets } from "#store/count/count-sets.ts";
import {
  continuePass,
  type DirtyCause,
  markAllRepositories,
  markRepositoriesOfImages,
  takeMarks,
  takePass,
} from "#store/count/dirty-marks.ts";
import { recountSetFigures } from "#store/count/set-figure.ts";
import { allowMemory, emptyTables, fillTable } from "#store/count/work-tables.ts";
import type { ImageKey } from "#store/image/image-scan.ts";
import { wantedImages } from "#store/image/wanted-images.ts";
import { selectRows, sql } from "#store/sql.ts";
import type { Transaction } from "#store/transaction.ts";
import { settleImages } from "./settle-images.ts";

/** Rows counted in one transaction: small enough to be short, large enough to be set-wise. */
const IMAGES_AT_ONCE = 5000;

/** Counts the places of images that were marked. Returns whether there were any. */
export async function countMarkedImages(tx: Transaction): Promise<boolean> {
  const taken = await takeMarks(tx, "image", IMAGES_AT_ONCE);
  if (taken.length === 0) return false;
  const images = taken.map(({ key, cause }) => ({
    registryId: key.slice(0, 36),
    digest: key.slice(37),
    cause: statusCause(cause),
    causeRef: null,
  }));
  await allowMemory(tx);
  await countMovedSets(
    tx,
    images.filter(({ cause }) => cause !== "advisories"),
  );
  await settleImages(tx, images);
  await markRepositoriesOfImages(tx, "repository", images);
  await recordChange(tx, ...images.slice(0, 100).map(({ digest }): ChangeTopic => `image:${digest}`));
  return true;
}

/** Whoever came, went or was scanned changes where its sets are, and so where their flaws are. */
async function countMovedSets(tx: Transaction, images: readonly ImageKey[]): Promise<void> {
  if (images.length === 0) return;
  await emptyTables(tx, "due_set", "due_flaw");
  await fillTable(
    tx,
    "due_set",
    sql`select distinct s.registry_id, s.set_id from (${wantedImages(images)}) w
          join image_set s on s.registry_id = w.registry_id and s.digest = w.digest
          join set_figure g on g.registry_id = s.registry_id and g.set_id = s.set_id`,
  );
  await recountSetFigures(tx);
  await markImagesOfSets(tx, "advisories");
  await countDueFlaws(tx);
}

const Key = z.object({ registryId: z.string(), digest: z.string() });

/** The next batch of a pass over all images; behind the last one every repository is marked. */
export async function countNextImages(tx: Transaction): Promise<boolean> {
  const after = await takePass(tx, "all-images");
  if (after === null) return false;
  const [registryId, digest = ""] = after.split("/");
  const images = await selectRows(
    Key,
    sql`select registry_id as "registryId", 'sha256:' || encode(digest, 'hex') as digest from image
         where ${after === "" ? sql`true` : sql`(image.registry_id, image.digest) > (${registryId}::uuid, decode(${digest.slice(7)}::text, 'hex'))`}
         order by image.registry_id, image.digest limit ${IMAGES_AT_ONCE}`,
    tx,
  );
  await allowMemory(tx);
  await settleImages(
    tx,
    images.map((image) => ({ ...image, cause: "advisories" as const, causeRef: null })),
  );
  const last = images.at(-1);
  if (last && images.length === IMAGES_AT_ONCE) {
    await continuePass(tx, "all-images", `${last.registryId}/${last.digest}`);
    return true;
  }
  await markAllRepositories(tx);
  await recordChange(tx, "containers", "vulnerabilities");
  return true;
}

function statusCause(cause: DirtyCause): StatusCause {
  if (cause === "advisories" || cause === "exemption" || cause === "retired" || cause === "push") return cause;
  return "scan";
}
