import type { AdvisoryRecord } from "#domain/advisory-record.ts";
import { readAlpineSecdb } from "./alpine-secdb.ts";
import { isDebianTrackerPackage, readDebianTrackerPackage } from "./debian-tracker.ts";
import { detectFormat } from "./detect-format.ts";
import { epssDate, readEpssLine, readKev, readLifecycles } from "./exploit-feeds.ts";
import { advisoryBatch, type FeedBatch, feedBatch } from "./feed-batch.ts";
import { describeOsvFile, type FeedDescription, type FeedFormat, knownFeed } from "./feed-catalogue.ts";
import { FeedError } from "./feed-error.ts";
import { feedLimits } from "./feed-limits.ts";
import { readOsvRecord } from "./osv-record.ts";
import { readBytes } from "./read-bytes.ts";
import { type Line, readLines } from "./read-lines.ts";
import { readMembers } from "./read-members.ts";
import { readZipEntries } from "./read-zip.ts";

/** A file that was recognised. `batches` reads it; it throws FeedError at the first fault, with the line. */
export interface FeedFile {
  path: string;
  format: FeedFormat;
  feed: FeedDescription;
  batches(): AsyncGenerator<FeedBatch>;
}

/**
 * Recognises a file by its content and prepares to read it. `feed` says which feed it is when the caller knows (a pull
 * does); else name and content decide. Throws FeedError when it is nothing we can read.
 */
export async function openFeedFile(path: string, feed?: FeedDescription): Promise<FeedFile> {
  const format = await detectFormat(path);
  const description = feed ?? (await describe(path, format));
  return { path, format, feed: description, batches: () => readBatches(path, format) };
}

/** Several files with one OSV record each, such as an unpacked bundle, read as one feed. */
export async function openRecordFiles(folder: string, paths: readonly string[]): Promise<FeedFile> {
  const [first = ""] = paths;
  const sample = readOsvRecord(await parseWhole(first));
  const feed = describeOsvFile(paths.length === 1 ? first : folder, sample.affected[0]?.ecosystem ?? "unknown");
  return {
    path: paths.length === 1 ? first : folder,
    format: "osv-record",
    feed,
    batches: () => readRecordFiles(paths),
  };
}

const batchSize = 250;

async function* readBatches(path: string, format: FeedFormat): AsyncGenerator<FeedBatch> {
  switch (format) {
    case "osv-lines":
      return yield* readOsvLines(path);
    case "osv-zip":
      return yield* readOsvZip(path);
    case "osv-record":
      return yield advisoryBatch([readOsvRecord(await parseWhole(path))]);
    case "osv-list":
      return yield* readOsvList(path);
    case "alpine-secdb":
      return yield advisoryBatch(readAlpineSecdb(await parseWhole(path)).records);
    case "debian-tracker":
      return yield* readTracker(path);
    case "cisa-kev": {
      const { records, releasedAt } = readKev(await parseWhole(path));
      return yield feedBatch({ exploited: records, dataDate: releasedAt });
    }
    case "epss":
      return yield* readEpss(path);
    case "endoflife":
      return yield* readEndOfLife(path);
  }
}

async function* readOsvLines(path: string): AsyncGenerator<FeedBatch> {
  let count = 0;
  for await (const lines of readLines(readBytes(path))) {
    for (let start = 0; start < lines.length; start += batchSize) {
      const records = lines.slice(start, start + batchSize).flatMap(readOsvLine);
      count += records.length;
      if (records.length > 0) yield advisoryBatch(records);
    }
  }
  if (count === 0) throw new FeedError("the file holds no record");
}

function readOsvLine(line: Line): AdvisoryRecord[] {
  if (line.text.trim() === "") return [];
  let parsed: unknown;
  try {
    parsed = JSON.parse(line.text);
  } catch (error) {
    throw new FeedError("not valid JSON", { line: line.number, cause: error });
  }
  return [atLine(line.number, () => readOsvRecord(parsed))];
}

function atLine<Result>(line: number, read: () => Result): Result {
  try {
    return read();
  } catch (error) {
    if (error instanceof FeedError && error.line === undefined)
      throw new FeedError(error.message, { line, cause: error });
    throw error;
  }
}

async function* readOsvZip(path: string): AsyncGenerator<FeedBatch> {
  let records: AdvisoryRecord[] = [];
  let count = 0;
  for await (const entry of readZipEntries(path)) {
    records.push(readNamed(entry.name, entry.text));
    count += 1;
    if (records.length >= batchSize) {
      yield advisoryBatch(records);
      records = [];
    }
  }
  if (count === 0) throw new FeedError("the zip holds no JSON record");
  if (records.length > 0) yield advisoryBatch(records);
}

function readNamed(name: string, content: string): AdvisoryRecord {
  try {
    return readOsvRecord(JSON.parse(content));
  } catch (error) {
    const reason = error instanceof FeedError ? error.message : "not valid JSON";
    throw new FeedError(`${name}: ${reason}`, { cause: error });
  }
}

async function* readRecordFiles(paths: readonly string[]): AsyncGenerator<FeedBatch> {
  for (let start = 0; start < paths.length; start += batchSize) {
    const batch = paths.slice(start, start + batchSize);
    yield advisoryBatch(await Promise.all(batch.map(async (path) => readNamed(path, await wholeText(path)))));
  }
}

async function* readOsvList(path: string): AsyncGenerator<FeedBatch> {
  const parsed = await parseWhole(path);
  const records = (Array.isArray(parsed) ? parsed : []).map((entry, index) =>
    atLine(index + 1, () => readOsvRecord(entry)),
  );
  if (records.length === 0) throw new FeedError("the list holds no record");
  yield advisoryBatch(records);
}

async function* readTracker(path: string): AsyncGenerator<FeedBatch> {
  let count = 0;
  for await (const [name, value] of readMembers(readBytes(path))) {
    if (!isDebianTrackerPackage(value)) throw new FeedError(`"${name.slice(0, 80)}" is no package of Debian's tracker`);
    const records = readDebianTrackerPackage(name, value);
    count += records.length;
    if (records.length > 0) yield advisoryBatch(records);
  }
  if (count === 0) throw new FeedError("the tracker file holds no statement about a known release");
}

async function* readEpss(path: string): AsyncGenerator<FeedBatch> {
  let dataDate: string | null = null;
  let count = 0;
  for await (const lines of readLines(readBytes(path))) {
    const [first] = lines;
    if (first?.number === 1) dataDate = epssDate(first.text);
    const probabilities = lines.map(readEpssLine).filter((entry) => entry !== null);
    count += probabilities.length;
    if (probabilities.length > 0) yield feedBatch({ probabilities, dataDate });
  }
  if (count === 0) throw new FeedError("the table holds no score");
}

async function* readEndOfLife(path: string): AsyncGenerator<FeedBatch> {
  for await (const [name, value] of readMembers(readBytes(path))) {
    yield feedBatch({ lifecycles: readLifecycles(name, value) });
  }
}

async function describe(path: string, format: FeedFormat): Promise<FeedDescription> {
  const fixed = {
    "cisa-kev": "kev",
    epss: "epss",
    endoflife: "endoflife",
    "debian-tracker": "debian-tracker",
  } as const;
  if (format in fixed) {
    const known = knownFeed(fixed[format as keyof typeof fixed]);
    if (known) return known;
  }
  if (format === "alpine-secdb") return describeSecdb(path);
  for await (const batch of readBatches(path, format)) {
    const named = batch.advisories.find((record) => record.affected.length > 0);
    if (named) return describeOsvFile(path, named.affected[0]?.ecosystem ?? "unknown");
  }
  throw new FeedError("no record of the file names a package");
}

async function describeSecdb(path: string): Promise<FeedDescription> {
  const { branch, repository } = readAlpineSecdb(await parseWhole(path));
  return {
    id: `alpine-secdb-${branch}-${repository}`,
    title: `Alpine ${branch} ${repository} (secdb)`,
    licence: "Alpine secdb",
    ecosystem: "Alpine",
  };
}

/** Small documents only; large ones are read member by member. */
async function parseWhole(path: string): Promise<unknown> {
  try {
    return JSON.parse(await wholeText(path));
  } catch (error) {
    if (error instanceof FeedError) throw error;
    throw new FeedError("not valid JSON, or cut off", { cause: error });
  }
}

async function wholeText(path: string): Promise<string> {
  const parts: Buffer[] = [];
  let length = 0;
  for await (const chunk of readBytes(path)) {
    parts.push(chunk);
    length += chunk.length;
    if (length > feedLimits.itemBytes) throw new FeedError(`the document is larger than ${feedLimits.itemBytes} bytes`);
  }
  return Buffer.concat(parts).toString("utf8");
}
