import { z } from "zod";
import { type Executor, selectFirst, sql } from "#store/sql.ts";
import { continuePass, markPass, takePass } from "./dirty-marks.ts";
import { recountSetFigures } from "./set-figure.ts";
import { noteAllSharedFlaws, recountFlawsOfSets } from "./set-flaw.ts";
import { allowMemory, emptyTables, fillTable } from "./work-tables.ts";

const SETS_AT_ONCE = 4000;

/**
 * The next batch of a pass over all sets: their flaws and figures by hash aggregates, differing rows written. Behind the last one
 * all images and flaws are due.
 */
export async function countNextSets(tx: Executor): Promise<boolean> {
  const after = await takePass(tx, "all-sets");
  if (after === null) return false;
  await allowMemory(tx);
  await emptyTables(tx, "due_set");
  const [registryId, setId] = after.split("/");
  const rows = await fillTable(
    tx,
    "due_set",
    sql`select registry_id, id from package_set
         where ${after === "" ? sql`true` : sql`(registry_id, id) > (${registryId}::uuid, ${setId}::bigint)`}
         order by registry_id, id limit ${SETS_AT_ONCE}`,
  );
  const last = await selectFirst(
    z.object({ key: z.string() }),
    sql`select registry_id || '/' || set_id as key from due_set order by registry_id desc, set_id desc limit 1`,
    tx,
  );
  if (rows > 0) {
    await recountFlawsOfSets(tx);
    await recountSetFigures(tx, { noteFlaws: false });
  }
  if (rows === SETS_AT_ONCE && last) {
    await continuePass(tx, "all-sets", last.key);
    return true;
  }
  await noteAllSharedFlaws(tx);
  await markPass(tx, "all-images");
  await markPass(tx, "all-flaws");
  return true;
}
