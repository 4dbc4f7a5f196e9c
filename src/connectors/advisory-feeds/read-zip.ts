import { type Entry, openPromise, type ZipFile } from "yauzl";
import { FeedError } from "./feed-error.ts";
import { type FeedLimits, feedLimits } from "./feed-limits.ts";

/**
 * The JSON files of a zip, one after the other. Sizes are checked against the directory before and while unpacking, so
 * neither a bomb nor overlapping entries fill the memory. Throws FeedError when the zip is cut off or damaged.
 */
export async function* readZipEntries(
  path: string,
  limits: FeedLimits = feedLimits,
): AsyncGenerator<{ name: string; text: string }> {
  const zip = await openZip(path);
  let total = 0;
  try {
    if (zip.entryCount > limits.zipEntries) throw new FeedError(`the zip holds more than ${limits.zipEntries} files`);
    for await (const entry of zip.eachEntry() as AsyncIterable<Entry>) {
      if (!entry.fileName.toLowerCase().endsWith(".json")) continue;
      total += entry.uncompressedSize;
      checkEntry(entry, total, limits);
      yield { name: entry.fileName, text: await readEntry(zip, entry) };
    }
  } catch (error) {
    throw error instanceof FeedError ? error : damaged(error);
  } finally {
    zip.close();
  }
}

async function openZip(path: string): Promise<ZipFile> {
  try {
    return await openPromise(path, { lazyEntries: true, autoClose: false, validateEntrySizes: true });
  } catch (error) {
    throw damaged(error);
  }
}

function checkEntry(entry: Entry, total: number, limits: FeedLimits): void {
  if (entry.isEncrypted()) throw new FeedError(`${entry.fileName} in the zip is encrypted`);
  if (entry.uncompressedSize > limits.itemBytes) {
    throw new FeedError(`${entry.fileName} in the zip is larger than ${limits.itemBytes} bytes`);
  }
  const unfolds = entry.uncompressedSize > 1024 ** 2 && entry.uncompressedSize > entry.compressedSize * limits.ratio;
  if (total > limits.totalBytes || unfolds)
    throw new FeedError("the zip unfolds far beyond its size, so it was refused as a bomb");
}

async function readEntry(zip: ZipFile, entry: Entry): Promise<string> {
  const stream = await zip.openReadStreamPromise(entry);
  const parts: Buffer[] = [];
  for await (const chunk of stream as AsyncIterable<Buffer>) parts.push(chunk);
  return Buffer.concat(parts).toString("utf8");
}

function damaged(error: unknown): FeedError {
  const reason = error instanceof Error ? error.message : "unknown fault";
  return new FeedError(`the zip is cut off or damaged (${reason})`, { cause: error });
}
