import { copyFile, mkdir } from "node:fs/promises";
import path from "node:path";
import { clock } from "#clock.ts";
import { config } from "#config.ts";
import { fileStem } from "#connectors/advisory-feeds/feed-catalogue.ts";
import { FeedError } from "#connectors/advisory-feeds/feed-error.ts";
import type { FeedFile } from "#connectors/advisory-feeds/read-records.ts";
import { type RefusedFile, readSource } from "#connectors/advisory-feeds/read-source.ts";
import { log } from "#log.ts";
import { ImportedFile, importState, saveImport } from "#store/advisory/advisory-import.ts";
import { markFeedFailing } from "#store/advisory/feed.ts";
import { pool } from "#store/client.ts";
import { type ImportFeedOptions, importFeed } from "./import-feed.ts";

/**
 * Imports a file or every file of a folder, one transaction per feed, and saves the progress of the import after each.
 * Returns what became of every file.
 */
export async function importSource(source: string, options: ImportFeedOptions): Promise<ImportedFile[]> {
  const files: ImportedFile[] = [];
  try {
    for await (const file of readSource(source)) {
      options.signal?.throwIfAborted();
      files.push("refused" in file ? await refused(source, file) : await importOne(file, options));
      await saveImport(pool(), options.importId, { state: "running", feeds: files });
    }
  } catch (error) {
    if (!(error instanceof FeedError)) throw error;
    files.push(
      ImportedFile.parse({
        file: path.basename(source),
        feedId: null,
        title: source,
        state: "failed",
        reason: error.message,
      }),
    );
  }
  await saveImport(pool(), options.importId, { state: importState(files), feeds: files, error: firstFailure(files) });
  return files;
}

async function importOne(file: FeedFile, options: ImportFeedOptions): Promise<ImportedFile> {
  const result = await importFeed(file, options);
  log.info(
    { feed: result.feedId, state: result.state, records: result.records, ms: result.durationMs },
    "advisory feed read",
  );
  return result.state === "waiting" ? { ...result, stagedPath: await keepForDecision(file.path, result) } : result;
}

/** Keeps the file that waits, so that what is approved is what was looked at. */
export async function keepForDecision(file: string, result: ImportedFile): Promise<string> {
  const folder = path.join(config().dataDir, "advisory-imports");
  await mkdir(folder, { recursive: true });
  const kept = path.join(folder, `${result.sha256 ?? "unnamed"}-${path.basename(file)}`);
  if (path.resolve(kept) !== path.resolve(file)) await copyFile(file, kept);
  return kept;
}

/** A file that is no advisory data is named and passed over; a damaged one is a failure, also of the feed it stands for. */
async function refused(source: string, file: RefusedFile): Promise<ImportedFile> {
  const name = path.relative(source, file.path) || path.basename(file.path);
  const stem = fileStem(file.path);
  const feedId = file.isForeign
    ? null
    : await markFeedFailing([stem, `file-${stem}`], { error: file.refused, at: clock.now() });
  const state = file.isForeign ? "refused" : "failed";
  return ImportedFile.parse({ file: name, feedId, title: name, state, reason: file.refused });
}

function firstFailure(files: readonly ImportedFile[]): string | null {
  const failed = files.find((file) => file.state === "failed");
  return failed ? `${failed.file}: ${failed.reason}` : null;
}
