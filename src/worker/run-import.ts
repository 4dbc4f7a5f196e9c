import { mkdir, rm } from "node:fs/promises";
import path from "node:path";
import { config } from "#config.ts";
import { download } from "#connectors/advisory-feeds/download.ts";
import { describeOsvFile, knownFeed } from "#connectors/advisory-feeds/feed-catalogue.ts";
import { openFeedFile } from "#connectors/advisory-feeds/read-records.ts";
import { AppError } from "#domain/app-error.ts";
import {
  type AdvisoryImport,
  type ImportedFile,
  importState,
  readImport,
  saveImport,
} from "#store/advisory/advisory-import.ts";
import { pool } from "#store/client.ts";
import { importFeed } from "./import-feed.ts";
import { importSource } from "./import-source.ts";

/**
 * Carries out a queued import: an uploaded file, a path, an address, or the feeds that an admin approved. Running it
 * again changes nothing more.
 */
export async function runImport(importId: string, signal?: AbortSignal): Promise<void> {
  const job = await readImport(importId);
  if (!job || job.state === "done" || job.state === "failed") return;
  const options = { importId, isDemo: job.isDemo, ...(signal ? { signal } : {}) };
  if (job.feeds.some((file) => file.state === "approved")) {
    await importApproved(job, signal);
  } else if (job.sourceKind === "url") {
    await importUrl(job, signal);
  } else {
    await importSource(job.source, options);
    if (job.sourceKind === "upload") await rm(job.source, { force: true });
  }
}

async function importUrl(job: AdvisoryImport, signal: AbortSignal | undefined): Promise<void> {
  const folder = path.join(config().dataDir, "feed-downloads", job.id);
  await mkdir(folder, { recursive: true });
  const name = path.basename(new URL(job.source).pathname) || "advisories";
  const file = path.join(folder, name.replace(/[^A-Za-z0-9._-]/g, "_"));
  try {
    await download(job.source, file, { signal });
    await importSource(file, { importId: job.id, ...(signal ? { signal } : {}) });
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    await saveImport(pool(), job.id, { state: "failed", feeds: [], error: error.message });
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** Imports the kept files that an admin approved, past the sanity gate. */
async function importApproved(job: AdvisoryImport, signal: AbortSignal | undefined): Promise<void> {
  const files: ImportedFile[] = [];
  for (const file of job.feeds) {
    const isDue = file.state === "approved" && file.stagedPath !== null;
    files.push(
      isDue ? await importKept(file, { importId: job.id, isApproved: true, ...(signal ? { signal } : {}) }) : file,
    );
  }
  await saveImport(pool(), job.id, { state: importState(files), feeds: files });
}

async function importKept(file: ImportedFile, options: Parameters<typeof importFeed>[1]): Promise<ImportedFile> {
  const kept = file.stagedPath ?? "";
  const feed = knownFeed(file.feedId ?? "") ?? describeOsvFile(file.file, "");
  const opened = await openFeedFile(kept, { ...feed, id: file.feedId ?? feed.id, title: file.title }).catch(() => null);
  if (!opened) return { ...file, state: "failed", reason: "The kept file is gone or cannot be read any more." };
  const result = await importFeed(opened, options);
  if (result.state !== "failed") await rm(kept, { force: true });
  return { ...result, file: file.file };
}
