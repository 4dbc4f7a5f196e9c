import type { ChangeTopic } from "#domain/topic.ts";
import { spreadMatchChanges } from "#store/advisory/match-changes.ts";
import type { StatusCause } from "#store/assessment/status-history.ts";
import { recordChange } from "#store/change.ts";
import {
  recountRepositories,
  recountVulnerabilities,
  repositoriesOf,
  vulnerabilitiesOf,
} from "#store/count/counters.ts";
import { appendMarks, type DirtyCause, type DirtyMark, takeDirtyMarks } from "#store/count/dirty-marks.ts";
import { recordMetrics } from "#store/count/metric-day.ts";
import { recountRules } from "#store/count/rule-count.ts";
import { noticeExploited } from "#store/notice/exploited-notice.ts";
import { saveSummaries } from "#store/resource-summary.ts";
import { type Transaction, transaction } from "#store/transaction.ts";
import { assessRepositories } from "./assess-repositories.ts";
import { settleImages } from "./settle-images.ts";

/** Rows counted in one transaction: small enough to be short, large enough to be set-wise. */
const IMAGES_AT_ONCE = 1000;
const REPOSITORIES_AT_ONCE = 400;
const REGISTRIES_AT_ONCE = 50;
// A widespread flaw is open in tens of thousands of places: a long turn would keep the next pushed image waiting.
const VULNERABILITIES_AT_ONCE = 50;

/** One recounter at a time, in whatever process: two would wait for each other's rows. */
const LOCK = 727_274_302;

/**
 * Counts the next batch of what is marked: images first, because their figures feed repositories, those registries. Returns
 * false when nothing was left that could be taken. Everything of a batch commits together with its marks being gone.
 */
export async function recountNext(): Promise<boolean> {
  return transaction(async (tx) => {
    await tx.query("select pg_advisory_xact_lock($1)", [LOCK]);
    return (
      (await spreadMatchChanges(tx)) ||
      (await countImages(tx)) ||
      (await countRepositories(tx)) ||
      (await countRegistries(tx)) ||
      (await recountRules(tx)) ||
      (await countVulnerabilities(tx))
    );
  });
}

async function countImages(tx: Transaction): Promise<boolean> {
  const taken = await takeDirtyMarks(tx, "image", IMAGES_AT_ONCE);
  if (taken.length === 0) return false;
  const images = taken.map(({ mark }) => mark);
  await settleImages(
    tx,
    taken.map(({ mark, cause }) => ({ ...mark, cause: statusCause(cause), causeRef: null })),
  );
  // What an import touched it marks itself: the flaws of a hundred thousand images would be all flaws.
  const own = taken.filter(({ cause }) => cause !== "advisories").map(({ mark }) => mark);
  const vulnerabilities = await vulnerabilitiesOf(tx, own);
  await appendMarks(tx, "scan", [
    ...(await repositoriesOf(tx, images)).map((one): DirtyMark => ({ scope: "repository", ...one })),
    ...vulnerabilities.map((vulnerabilityId): DirtyMark => ({ scope: "vulnerability", vulnerabilityId })),
  ]);
  await recordChange(tx, ...images.slice(0, 100).map(({ digest }): ChangeTopic => `image:${digest}`));
  return true;
}

async function countRepositories(tx: Transaction): Promise<boolean> {
  const taken = await takeDirtyMarks(tx, "repository", REPOSITORIES_AT_ONCE);
  if (taken.length === 0) return false;
  const repositories = taken.map(({ mark }) => mark);
  await recountRepositories(tx, repositories);
  await assessRepositories(tx, repositories);
  const registries = [...new Set(taken.map(({ mark }) => mark.registryId))];
  await appendMarks(
    tx,
    "scan",
    registries.map((registryId): DirtyMark => ({ scope: "registry", registryId })),
  );
  return true;
}

async function countRegistries(tx: Transaction): Promise<boolean> {
  const taken = await takeDirtyMarks(tx, "registry", REGISTRIES_AT_ONCE);
  if (taken.length === 0) return false;
  const ids = taken.map(({ mark }) => mark.registryId);
  await saveSummaries(tx, "registry", ids);
  await recordMetrics(tx, ids);
  await recordChange(tx, "containers", ...ids.map((id): ChangeTopic => `registry:${id}`));
  return true;
}

async function countVulnerabilities(tx: Transaction): Promise<boolean> {
  const taken = await takeDirtyMarks(tx, "vulnerability", VULNERABILITIES_AT_ONCE);
  if (taken.length === 0) return false;
  const counted = await recountVulnerabilities(
    tx,
    taken.map(({ mark }) => mark.vulnerabilityId),
  );
  await noticeExploited(tx, counted);
  await recordChange(tx, "vulnerabilities");
  return true;
}

function statusCause(cause: DirtyCause): StatusCause {
  if (cause === "advisories" || cause === "exemption" || cause === "retired" || cause === "push") return cause;
  return "scan";
}
