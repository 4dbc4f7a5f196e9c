import { mkdir, rm } from "node:fs/promises";
import path from "node:path";
import { clock } from "#clock.ts";
import { config } from "#config.ts";
import { download } from "#connectors/advisory-feeds/download.ts";
import { FeedError } from "#connectors/advisory-feeds/feed-error.ts";
import { type PublicFeed, publicFeeds } from "#connectors/advisory-feeds/public-feeds.ts";
import { openFeedFile } from "#connectors/advisory-feeds/read-records.ts";
import { AppError } from "#domain/app-error.ts";
import { log } from "#log.ts";
import {
  createImport,
  dropImport,
  type ImportedFile,
  importState,
  saveImport,
} from "#store/advisory/advisory-import.ts";
import { readFeed, type StoredFeed, saveCheckedFeed, saveFailedFeed, saveFeedSource } from "#store/advisory/feed.ts";
import { recordChange } from "#store/change.ts";
import { pool } from "#store/client.ts";
import { alpineBranches } from "#store/image/package-version.ts";
import { importFeed } from "./import-feed.ts";
import { keepForDecision } from "./import-source.ts";
import { fetchDelta } from "./pull-delta.ts";

/** A full bundle at least once a day: only it shows what was removed. */
const fullEveryMs = 24 * 3600_000;

/**
 * Looks at every public feed and imports those that changed. A feed that cannot be reached keeps its records and says
 * so; the others go on. Nothing happens when feeds are switched off.
 */
export async function pullFeeds(signal?: AbortSignal): Promise<ImportedFile[]> {
  if (!config().feedsEnabled) return [];
  const folder = path.join(config().dataDir, "feed-downloads");
  await mkdir(folder, { recursive: true });
  const pull: Pull = { folder, signal, importId: null, files: [] };
  const feeds = publicFeeds({ mirror: config().feedsUrl, alpineBranches: await alpineBranches(pool()) });
  for (const feed of feeds) {
    signal?.throwIfAborted();
    await pullOne(feed, pull);
  }
  if (pull.importId) await closeImport(pull.importId, pull.files);
  await recordChange(pool(), "advisories");
  return pull.files;
}

/** A pull that took nothing in leaves no row: twenty-four a day would bury the others. */
async function closeImport(importId: string, files: readonly ImportedFile[]): Promise<void> {
  if (files.every((file) => file.state === "unchanged")) await dropImport(pool(), importId);
  else await saveImport(pool(), importId, { state: importState(files), feeds: files });
}

interface Pull {
  folder: string;
  signal: AbortSignal | undefined;
  /** Made with the first feed that changed: a pull that finds nothing new leaves no row. */
  importId: string | null;
  files: ImportedFile[];
}

async function pullOne(source: PublicFeed, pull: Pull): Promise<void> {
  const { feed } = source;
  try {
    const result = await fetchAndImport(source, pull, await readFeed(feed.id));
    if (result) pull.files.push(result);
  } catch (error) {
    pull.signal?.throwIfAborted();
    if (!(error instanceof AppError || error instanceof FeedError)) throw error;
    log.warn({ feed: feed.id, error: error.message }, "an advisory feed could not be pulled");
    await saveFailedFeed(pool(), {
      id: feed.id,
      title: feed.title,
      kind: "pull",
      licence: feed.licence,
      state: "failing",
      error: error.message,
      at: clock.now(),
    });
  }
}

async function fetchAndImport(
  source: PublicFeed,
  pull: Pull,
  known: StoredFeed | undefined,
): Promise<ImportedFile | null> {
  const now = clock.now();
  const cursor = parseCursor(known?.cursor ?? null);
  const isFullDue = !cursor || !known?.recordCount || now.getTime() - Date.parse(cursor.fullAt) >= fullEveryMs;
  if (cursor && !isFullDue && source.changes) {
    const delta = await fetchDelta(source, { folder: pull.folder, since: cursor.modified, signal: pull.signal });
    if (delta) {
      if (delta.path === null) {
        await saveCheckedFeed(pool(), source.feed.id, now);
        return null;
      }
      const result = await importFile(source, pull, { path: delta.path, isSnapshot: false });
      if (isUsed(result)) await saveCursor(source, known, { modified: delta.newest, fullAt: cursor.fullAt });
      return result;
    }
  }
  const file = path.join(pull.folder, `${source.feed.id}${path.extname(new URL(source.url).pathname) || ".json"}`);
  const got = await download(source.url, file, {
    etag: known?.etag ?? null,
    lastModified: known?.lastModified ?? null,
    signal: pull.signal,
  });
  if (got.state === "unchanged") {
    await saveCheckedFeed(pool(), source.feed.id, now);
    return null;
  }
  const result = await importFile(source, pull, { path: file, isSnapshot: true });
  // Only what was really taken in may be skipped the next time.
  if (isUsed(result)) {
    const next = source.changes
      ? formatCursor({ modified: result.dataDate ?? now.toISOString(), fullAt: now.toISOString() })
      : null;
    await saveFeedSource(pool(), source.feed.id, {
      url: source.url,
      etag: got.etag,
      lastModified: got.lastModified,
      cursor: next,
    });
  }
  return result;
}

async function importFile(
  source: PublicFeed,
  pull: Pull,
  input: { path: string; isSnapshot: boolean },
): Promise<ImportedFile> {
  pull.importId ??= await createImport(pool(), {
    source: config().feedsUrl ?? "public feeds",
    sourceKind: "pull",
    requestedBy: null,
    state: "running",
  });
  try {
    const file = await openFeedFile(input.path, source.feed);
    const result = await importFeed(file, {
      importId: pull.importId,
      isSnapshot: input.isSnapshot,
      ...(pull.signal ? { signal: pull.signal } : {}),
    });
    return result.state === "waiting" ? { ...result, stagedPath: await keepForDecision(input.path, result) } : result;
  } finally {
    await rm(input.path, { force: true });
  }
}

const isUsed = (file: ImportedFile) => file.state === "imported" || file.state === "unchanged";

function saveCursor(source: PublicFeed, known: StoredFeed | undefined, cursor: Cursor): Promise<void> {
  return saveFeedSource(pool(), source.feed.id, {
    url: source.url,
    etag: known?.etag ?? null,
    lastModified: known?.lastModified ?? null,
    cursor: formatCursor(cursor),
  });
}

interface Cursor {
  modified: string;
  fullAt: string;
}

const formatCursor = (cursor: Cursor) => `${cursor.modified}|${cursor.fullAt}`;

function parseCursor(text: string | null): Cursor | null {
  const [modified, fullAt] = text?.split("|") ?? [];
  return modified && fullAt && !Number.isNaN(Date.parse(fullAt)) ? { modified, fullAt } : null;
}
