import type { ChangeTopic } from "#domain/topic.ts";
import { recordChange } from "#store/change.ts";
import { countNextSets } from "#store/count/count-all-sets.ts";
import { countFlaws, countSets, FLAWS_AT_ONCE } from "#store/count/count-sets.ts";
import { appendMarks, type DirtyMark, dropMarks, hasMoreMarks, takeMarks, takePass } from "#store/count/dirty-marks.ts";
import { recordMetrics } from "#store/count/metric-day.ts";
import { recountRepositories } from "#store/count/repository-figure.ts";
import { recountRules } from "#store/count/rule-count.ts";
import { allowMemory, emptyTables, fillTable } from "#store/count/work-tables.ts";
import { saveSummaries } from "#store/resource-summary.ts";
import { sql } from "#store/sql.ts";
import { type Transaction, transaction } from "#store/transaction.ts";
import { assessRepositories } from "./assess-repositories.ts";
import { countMarkedImages, countNextImages } from "./count-images.ts";

const REPOSITORIES_AT_ONCE = 2000;
const VERDICTS_AT_ONCE = 500;
const REGISTRIES_AT_ONCE = 50;

/** One recounter at a time, in whatever process: two would wait for each other's rows. */
const LOCK = 727_274_302;

/**
 * Counts the next batch of what is marked: sets, whose figures feed places; places, which feed repositories and registries; and
 * flaws. What people wait for comes before passes over everything. Everything of a batch commits together with its marks being
 * gone. Returns false when nothing was left that could be taken; with `mayAggregate` false the aggregate over all flaws is left;
 * `aggregated` is told when it ran.
 */
export async function recountNext({ mayAggregate = true, aggregated = () => {} } = {}): Promise<boolean> {
  return transaction(async (tx) => {
    await tx.query("select pg_advisory_xact_lock($1)", [LOCK]);
    return (
      (await countSets(tx)) ||
      (await countMarkedFlaws(tx)) ||
      (await countMarkedImages(tx)) ||
      (await countRepositories(tx)) ||
      (await countRegistries(tx)) ||
      (await countNextSets(tx)) ||
      (await countNextImages(tx)) ||
      (await judgeRepositories(tx)) ||
      (await recountRules(tx)) ||
      (mayAggregate && (await countAllFlaws(tx, aggregated)))
    );
  });
}

async function countMarkedFlaws(tx: Transaction): Promise<boolean> {
  if (await hasMoreMarks(tx, "flaw", FLAWS_AT_ONCE)) return false;
  const taken = await takeMarks(tx, "flaw", FLAWS_AT_ONCE);
  if (taken.length === 0) return false;
  await emptyTables(tx, "due_flaw");
  await fillTable(tx, "due_flaw", sql`select unnest(${taken.map(({ key }) => key)}::bigint[])`);
  await countFlaws(tx, "due");
  return true;
}

async function countAllFlaws(tx: Transaction, aggregated: () => void): Promise<boolean> {
  const isAsked = (await takePass(tx, "all-flaws")) !== null;
  const marks = await dropMarks(tx, "flaw");
  if (!isAsked && marks === 0) return false;
  await allowMemory(tx);
  await countFlaws(tx, "all");
  aggregated();
  return true;
}

async function countRepositories(tx: Transaction): Promise<boolean> {
  const taken = await takeMarks(tx, "repository", REPOSITORIES_AT_ONCE);
  if (taken.length === 0) return false;
  const repositories = taken.map(({ key }) => ({ registryId: key.slice(0, 36), repositoryId: key.slice(37) }));
  await recountRepositories(tx, repositories);
  await appendMarks(
    tx,
    "scan",
    repositories.map(({ registryId }): DirtyMark => ({ scope: "registry", registryId })),
  );
  return true;
}

/** Behind the passes: a repository is judged once, however many of its images were. */
async function judgeRepositories(tx: Transaction): Promise<boolean> {
  const taken = await takeMarks(tx, "verdict", VERDICTS_AT_ONCE);
  if (taken.length === 0) return false;
  await assessRepositories(
    tx,
    taken.map(({ key }) => ({ registryId: key.slice(0, 36), repositoryId: key.slice(37) })),
  );
  return true;
}

async function countRegistries(tx: Transaction): Promise<boolean> {
  const taken = await takeMarks(tx, "registry", REGISTRIES_AT_ONCE);
  if (taken.length === 0) return false;
  const ids = taken.map(({ key }) => key);
  await saveSummaries(tx, "registry", ids);
  await recordMetrics(tx, ids);
  await recordChange(tx, "containers", ...ids.map((id): ChangeTopic => `registry:${id}`));
  return true;
}
