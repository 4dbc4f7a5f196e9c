import { z } from "zod";
import { takeMatchChanges, tellMatchChanges } from "#store/advisory/match-changes.ts";
import { recordChange } from "#store/change.ts";
import { noticeExploited } from "#store/notice/exploited-notice.ts";
import { type Executor, execute, selectFirst, sql } from "#store/sql.ts";
import { appendMarks, type DirtyCause, type DirtyMark, isPassDue, markPass, takeMarks } from "./dirty-marks.ts";
import { takeFeedChanges } from "./feed-changes.ts";
import { recountFlaws } from "./flaw-figure.ts";
import { recountSetFigures } from "./set-figure.ts";
import { noteSharedFlaws, recountFlawsOfPairs, recountFlawsOfSets } from "./set-flaw.ts";
import { allowMemory, emptyTables, fillTable } from "./work-tables.ts";

const SETS_AT_ONCE = 400;
/** More flaws than this are counted by one aggregate over all of them. */
export const FLAWS_AT_ONCE = 2000;
/** More images than this are not marked one by one when they are a fifth of all. */
const MANY_IMAGES = 5000;

/**
 * Counts the sets that something changed in: matches that were not told yet, sets that a scan marked, flaws that became known as
 * exploited or were exempted in a whole registry, feeds that turned stale or live. Flaws follow at once unless they are many;
 * images are marked. Returns whether there was anything to do.
 */
export async function countSets(tx: Executor): Promise<boolean> {
  if ((await takeFeedChanges(tx)) > 0) {
    await markImagesOfSets(tx, "advisories");
    return true;
  }
  const isTold = await takeMatchChanges(tx);
  const sets = await takeMarks(tx, "set", SETS_AT_ONCE);
  const exploited = await takeMarks(tx, "exploited", FLAWS_AT_ONCE);
  const exempted = await takeMarks(tx, "registry-flaw", FLAWS_AT_ONCE);
  if (!isTold && sets.length + exploited.length + exempted.length === 0) return false;
  await allowMemory(tx);
  await emptyTables(tx, "due_pair", "due_set", "due_flaw");
  if (sets.length > 0) await countMarkedSets(tx, sets);
  if (isTold) await addToldPairs(tx);
  if (exempted.length > 0) await addExemptedPairs(tx, exempted);
  await countPairs(tx);
  if (exploited.length > 0) await addExploitedSets(tx, exploited);
  await recountSetFigures(tx);
  await markImagesOfSets(tx, exempted.length > 0 ? "exemption" : "advisories");
  await countDueFlaws(tx);
  if (isTold) await tellMatchChanges(tx);
  return true;
}

const splitKeys = (marks: readonly { key: string }[]) => marks.map(({ key }) => key.split("/") as [string, string]);

async function countMarkedSets(tx: Executor, marks: readonly { key: string }[]): Promise<void> {
  const keys = splitKeys(marks);
  await fillTable(
    tx,
    "due_set",
    sql`select * from unnest(${keys.map(([registryId]) => registryId)}::uuid[], ${keys.map(([, setId]) => setId)}::bigint[])`,
  );
  await recountFlawsOfSets(tx);
  await noteSharedFlaws(tx);
  await fillTable(tx, "due_flaw", sql`select distinct vulnerability_id from changed_set_flaw`);
}

/** Above a fifth of the sets, all of them are counted by aggregates instead. */
async function addToldPairs(tx: Executor): Promise<void> {
  const row = await selectFirst(
    z.object({ isMany: z.boolean() }),
    sql`with bound as (select count(*) / 5 as n from package_set)
        select (select count(*) from (
          select distinct s.registry_id, s.set_id from (select distinct package_version_id from told_change) c
            join set_package s on s.package_version_id = c.package_version_id
           limit (select greatest(n, 500) + 1 from bound)) bounded) > (select greatest(n, 500) from bound) as "isMany"`,
    tx,
  );
  if (row?.isMany) {
    await markPass(tx, "all-sets");
    return;
  }
  await fillTable(
    tx,
    "due_pair",
    sql`select distinct s.registry_id, s.set_id, c.vulnerability_id from told_change c
          join set_package s on s.package_version_id = c.package_version_id`,
  );
}

async function addExemptedPairs(tx: Executor, marks: readonly { key: string }[]): Promise<void> {
  const keys = splitKeys(marks);
  await fillTable(
    tx,
    "due_pair",
    sql`select distinct f.registry_id, f.set_id, f.vulnerability_id
          from unnest(${keys.map(([registryId]) => registryId)}::uuid[], ${keys.map(([, flaw]) => flaw)}::bigint[]) as m (registry_id, flaw)
          join set_flaw f on f.vulnerability_id = m.flaw and f.registry_id = m.registry_id
        except select registry_id, set_id, vulnerability_id from due_pair`,
  );
}

async function countPairs(tx: Executor): Promise<void> {
  await recountFlawsOfPairs(tx);
  await noteSharedFlaws(tx);
  await fillTable(
    tx,
    "due_set",
    sql`select distinct registry_id, set_id from changed_set_flaw except select registry_id, set_id from due_set`,
  );
  await fillTable(tx, "due_flaw", sql`select distinct vulnerability_id from changed_set_flaw`);
}

async function addExploitedSets(tx: Executor, marks: readonly { key: string }[]): Promise<void> {
  const ids = marks.map(({ key }) => key);
  await fillTable(
    tx,
    "due_set",
    sql`select distinct registry_id, set_id from set_flaw where vulnerability_id = any(${ids}::bigint[]) and open > 0
        except select registry_id, set_id from due_set`,
  );
  await fillTable(tx, "due_flaw", sql`select unnest(${ids}::bigint[])`);
}

/** Marks the images that hold a set of `due_set`; a fifth of all images is all of them. A pass over all sets ends with all images. */
export async function markImagesOfSets(tx: Executor, cause: DirtyCause): Promise<void> {
  if (cause === "advisories" && (await isPassDue(tx, "all-sets"))) return;
  const row = await selectFirst(
    z.object({ images: z.number(), all: z.number() }),
    sql`select (select count(*)::int from (select distinct s.registry_id, s.digest from due_set d
                 join image_set s on s.registry_id = d.registry_id and s.set_id = d.set_id) i) as images,
               (select count(*)::int from image) as all`,
    tx,
  );
  const { images, all } = row ?? { images: 0, all: 0 };
  if (images > MANY_IMAGES && images > all / 5) return markPass(tx, "all-images");
  await execute(
    sql`insert into dirty_mark (scope, key, cause)
        select distinct 'image', s.registry_id || '/sha256:' || encode(s.digest, 'hex'), ${cause} from due_set d
          join image_set s on s.registry_id = d.registry_id and s.set_id = d.set_id`,
    tx,
  );
}

/** Counts the flaws in `due_flaw` now when they are few, else asks for the aggregate. */
export async function countDueFlaws(tx: Executor): Promise<void> {
  const row = await selectFirst(
    z.object({ n: z.number() }),
    sql`select count(distinct vulnerability_id)::int as n from due_flaw`,
    tx,
  );
  const flaws = row?.n ?? 0;
  if (flaws === 0) return;
  if (flaws > FLAWS_AT_ONCE) return markPass(tx, "all-flaws");
  await tx.query("analyze due_flaw");
  await countFlaws(tx, "due");
}

/** Counts flaws, tells those that became known as exploited, and marks the registries whose sums changed. */
export async function countFlaws(tx: Executor, which: "due" | "all"): Promise<void> {
  const { exploited, registryIds } = await recountFlaws(tx, which);
  await noticeExploited(tx, exploited);
  await appendMarks(
    tx,
    "advisories",
    registryIds.map((registryId): DirtyMark => ({ scope: "registry", registryId })),
  );
  await recordChange(tx, "vulnerabilities");
}
