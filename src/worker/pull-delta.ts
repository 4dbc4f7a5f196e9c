import { writeFile } from "node:fs/promises";
import path from "node:path";
import { downloadText } from "#connectors/advisory-feeds/download.ts";
import { changedSince, type PublicFeed } from "#connectors/advisory-feeds/public-feeds.ts";

/** More changes than this are fetched as one bundle. */
const maxRecords = 500;

/**
 * Fetches the records that changed since a point in time into one file of lines; `path` is null when none did. Returns
 * null when so much changed that the whole bundle is the better way. Throws AppError when the source cannot be reached.
 */
export async function fetchDelta(
  source: PublicFeed,
  options: { folder: string; since: string; signal: AbortSignal | undefined },
): Promise<{ path: string | null; newest: string } | null> {
  const { record, changes } = source;
  if (!record || !changes) return null;
  const csv = await downloadText(changes, { signal: options.signal, maxBytes: 256 * 1024 ** 2 });
  const { ids, newest } = changedSince(csv, options.since);
  if (ids.length > maxRecords) return null;
  if (ids.length === 0) return { path: null, newest };
  const lines: string[] = [];
  for (let start = 0; start < ids.length; start += 8) {
    const texts = ids
      .slice(start, start + 8)
      .map((id) => downloadText(record(id), { signal: options.signal, maxBytes: 32 * 1024 ** 2 }));
    // One line a record, whatever way the server formats it; a text that is no JSON is reported with its line.
    for (const text of await Promise.all(texts)) lines.push(text.replace(/\r?\n\s*/g, " "));
  }
  const file = path.join(options.folder, `${source.feed.id}-changes.ndjson`);
  await writeFile(file, `${lines.join("\n")}\n`);
  return { path: file, newest };
}
