import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { stat } from "node:fs/promises";
import path from "node:path";
import { pipeline } from "node:stream/promises";
import { clock } from "#clock.ts";
import type { FeedBatch } from "#connectors/advisory-feeds/feed-batch.ts";
import { FeedError } from "#connectors/advisory-feeds/feed-error.ts";
import type { FeedFile } from "#connectors/advisory-feeds/read-records.ts";
import { rateAdvisory } from "#engines/image-scan/match-advisories-ranges.ts";
import { ImportedFile } from "#store/advisory/advisory-import.ts";
import {
  compareStaged,
  countRecords,
  lockFeed,
  type MergeCounts,
  mergeStaged,
} from "#store/advisory/advisory-records.ts";
import { Staging } from "#store/advisory/advisory-staging.ts";
import { mergeLifecycles, mergeSignals } from "#store/advisory/exploit-signals.ts";
import { readFeed, saveFailedFeed, saveImportedFeed } from "#store/advisory/feed.ts";
import { readTouched } from "#store/advisory/package-touch.ts";
import { recordChange } from "#store/change.ts";
import { askIfFeedsChanged } from "#store/count/feed-changes.ts";
import { enqueue } from "#store/queue/queue.ts";
import { type Transaction, transaction } from "#store/transaction.ts";
import { gateReason, matchGateReason } from "./import-gate.ts";
import { previewMatches } from "./match-packages.ts";

export interface ImportFeedOptions {
  importId: string;
  isDemo?: boolean;
  /** An admin approved it: the sanity gate is passed over. */
  isApproved?: boolean;
  /** False for a delta. */
  isSnapshot?: boolean;
  signal?: AbortSignal;
}

/**
 * Imports one feed file in one transaction: all of it or nothing. A fault in the file, or a change so large that an
 * admin must decide, leaves the stored feed as it is and comes back as the state of the result, with its reason.
 */
export async function importFeed(file: FeedFile, options: ImportFeedOptions): Promise<ImportedFile> {
  const started = clock.monotonicMs();
  const base = { file: path.basename(file.path), feedId: file.feed.id, title: file.feed.title };
  const sha256 = await fileHash(file.path);
  const finish = (part: Partial<ImportedFile> & Pick<ImportedFile, "state">) =>
    ImportedFile.parse({
      ...base,
      sha256: sha256?.toString("hex") ?? null,
      ...part,
      durationMs: Math.round(clock.monotonicMs() - started),
    });
  const known = await readFeed(file.feed.id);
  if (sha256 && known?.fileSha256 && sha256.equals(known.fileSha256) && options.isSnapshot !== false) {
    await transaction((tx) =>
      saveFeed(tx, { file, options, records: known.recordCount, dataDate: null, sha256, isChanged: false }),
    );
    return finish({ state: "unchanged", records: known.recordCount });
  }
  try {
    return finish(await transaction((tx) => importInto(tx, { file, options, sha256, isFirst: !known?.recordCount })));
  } catch (error) {
    if (!(error instanceof FeedError || error instanceof GateError)) throw error;
    const isWaiting = error instanceof GateError;
    await noteFailure(file, error.message, isWaiting ? "waiting" : "failing");
    return finish({
      state: isWaiting ? "waiting" : "failed",
      reason: error.message,
      ...(isWaiting ? error.result : {}),
    });
  }
}

/** Carries what an import would have done out of the rolled-back transaction. */
class GateError extends Error {
  readonly result: Partial<ImportedFile>;
  constructor(message: string, result: Partial<ImportedFile>) {
    super(message);
    this.result = result;
  }
}

interface Work {
  file: FeedFile;
  options: ImportFeedOptions;
  sha256: Buffer | null;
  isFirst: boolean;
}

type Result = Pick<ImportedFile, "state" | "records" | "added" | "changed" | "removed" | "dataDate">;

async function importInto(tx: Transaction, work: Work): Promise<Result> {
  const { file, options } = work;
  await lockFeed(tx, file.feed.id);
  const staging = await Staging.open(tx);
  let dataDate: string | null = null;
  for await (const batch of file.batches()) {
    options.signal?.throwIfAborted();
    await stage(staging, batch);
    if (batch.dataDate && (!dataDate || batch.dataDate > dataDate)) dataDate = batch.dataDate;
  }
  await staging.flush();
  dataDate = notInFuture(dataDate);
  const counts = await merge(tx, { ...work, staging, dataDate });
  const isChanged = counts.added + counts.changed + counts.removed > 0;
  await saveFeed(tx, { file, options, records: counts.records, dataDate, sha256: work.sha256, isChanged });
  if (isChanged) {
    await enqueue(
      "rematch-advisories",
      { importId: options.importId },
      { executor: tx, priority: "push", key: "touched" },
    );
    await recordChange(tx, "advisories", "vulnerabilities");
  }
  return { state: isChanged || work.isFirst ? "imported" : "unchanged", ...counts, dataDate };
}

async function stage(staging: Staging, batch: FeedBatch): Promise<void> {
  if (batch.advisories.length > 0) await staging.addAdvisories(batch.advisories.map(rateAdvisory));
  if (batch.exploited.length > 0) await staging.addExploited(batch.exploited);
  if (batch.probabilities.length > 0) await staging.addProbabilities(batch.probabilities);
  if (batch.lifecycles.length > 0) await staging.addLifecycles(batch.lifecycles);
}

async function merge(
  tx: Transaction,
  work: Work & { staging: Staging; dataDate: string | null },
): Promise<MergeCounts> {
  const { file, options } = work;
  const { counts } = work.staging;
  const isDemo = options.isDemo ?? false;
  if (counts.lifecycles > 0) {
    const { records, changed } = await mergeLifecycles(tx);
    return { records, added: 0, changed, removed: 0 };
  }
  if (counts.signals > 0) {
    checkCount(work, counts.signals, (await readFeed(file.feed.id, tx))?.recordCount ?? 0);
    const merged = await mergeSignals(tx, {
      importId: options.importId,
      feedId: file.feed.id,
      dataDate: work.dataDate,
      isDemo,
    });
    return { records: merged.records, added: 0, changed: merged.changed, removed: 0 };
  }
  if (counts.advisories === 0) throw new FeedError("the file holds no record");
  return mergeAdvisories(tx, work, isDemo);
}

async function mergeAdvisories(tx: Transaction, work: Work, isDemo: boolean): Promise<MergeCounts> {
  const { file, options } = work;
  const input = { feedId: file.feed.id, importId: options.importId, isDemo, isSnapshot: options.isSnapshot ?? true };
  const before = await countRecords(tx, file.feed.id);
  const counts = await compareStaged(tx, input);
  const after = before + counts.added - counts.removed;
  checkCount({ ...work, isFirst: before === 0 }, after, before, counts);
  if (counts.added + counts.changed + counts.removed === 0) return { ...counts, records: after };
  const { touched } = await mergeStaged(tx, input);
  // A first import brings matches for everything it names: nothing to compare it with.
  if (touched > 0 && before > 0 && !options.isApproved) await checkMatches(tx, work, counts);
  return { ...counts, records: after };
}

function checkCount(work: Work, after: number, before: number, counts?: MergeCounts): void {
  if (work.isFirst || work.options.isApproved) return;
  const reason = gateReason({ before, after, changed: (counts?.removed ?? 0) + (counts?.changed ?? 0) });
  if (reason) throw new GateError(reason, { ...counts, records: after });
}

const previewLimit = 20_000;

async function checkMatches(tx: Transaction, work: Work, counts: MergeCounts): Promise<void> {
  const touched = await readTouched(tx, work.options.importId, previewLimit);
  const preview = await previewMatches(tx, touched);
  const total = await tx.query<{ count: number }>(
    "select count(*)::int as count from (select 1 from package_advisory limit 2000000) p",
  );
  const matches = total.rows[0]?.count ?? 0;
  const reason = matchGateReason({ added: preview.added, resolved: preview.resolved, matches });
  if (!reason) return;
  throw new GateError(reason, {
    ...counts,
    preview: { newMatches: preview.added, resolvedMatches: preview.resolved, matches },
  });
}

async function saveFeed(
  tx: Transaction,
  input: {
    file: FeedFile;
    options: ImportFeedOptions;
    records: number;
    dataDate: string | null;
    sha256: Buffer | null;
    isChanged: boolean;
  },
): Promise<void> {
  const { file, options } = input;
  await saveImportedFeed(tx, {
    id: file.feed.id,
    title: file.feed.title,
    kind: file.format,
    licence: file.feed.licence,
    recordCount: input.records,
    dataDate: input.dataDate,
    fileSha256: options.isSnapshot === false ? null : input.sha256,
    isChanged: input.isChanged,
    isDemo: options.isDemo ?? false,
    at: clock.now(),
  });
  await askIfFeedsChanged(tx);
  await recordChange(tx, "advisories");
}

function noteFailure(file: FeedFile, error: string, state: "failing" | "waiting"): Promise<void> {
  const { id, title, licence } = file.feed;
  return transaction(async (tx) => {
    await saveFailedFeed(tx, { id, title, kind: file.format, licence, state, error, at: clock.now() });
    await recordChange(tx, "advisories");
  });
}

/** Feeds contain slips of the pen; a date to come would make the data look fresh for ever. */
function notInFuture(date: string | null): string | null {
  const now = clock.now().toISOString();
  return date !== null && date > now ? now : date;
}

async function fileHash(file: string): Promise<Buffer | null> {
  if (!(await stat(file)).isFile()) return null;
  const hash = createHash("sha256");
  await pipeline(createReadStream(file), hash);
  return hash.digest();
}
