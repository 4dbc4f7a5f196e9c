import { readdir, stat } from "node:fs/promises";
import path from "node:path";
import { detectFormat } from "./detect-format.ts";
import { FeedError, ForeignFileError } from "./feed-error.ts";
import { feedLimits } from "./feed-limits.ts";
import { type FeedFile, openFeedFile, openRecordFiles } from "./read-records.ts";

/** A file that is not used, and why. */
export interface RefusedFile {
  path: string;
  refused: string;
  /** True for a file that is no advisory data; false for one that is damaged or hostile. */
  isForeign: boolean;
}

/**
 * Every file of a folder (or the one file): recognised, or refused with its reason. Links to files are read like files, links
 * to folders and to nothing are refused; hidden files are passed over. Files with one OSV record each are read together, one feed per folder. Throws FeedError when `source` is
 * neither a file nor a folder.
 */
export async function* readSource(source: string): AsyncGenerator<FeedFile | RefusedFile> {
  const found = await stat(source).catch(() => null);
  if (!found) throw new FeedError(`${source} does not exist or cannot be read`);
  if (!found.isDirectory()) {
    yield await openOrRefuse(source);
    return;
  }
  const singles = new Map<string, string[]>();
  for (const { file, refused } of await filesBelow(source)) {
    const opened = refused === null ? await openInFolder(file, singles) : { path: file, refused, isForeign: false };
    if (opened) yield opened;
  }
  for (const [folder, paths] of singles) yield await asRefusal(folder, () => openRecordFiles(folder, paths));
}

async function openInFolder(file: string, singles: Map<string, string[]>): Promise<FeedFile | RefusedFile | undefined> {
  const format = await detectFormat(file).catch((error: unknown) => refusal(file, error));
  if (typeof format !== "string") return format;
  if (format !== "osv-record") return openOrRefuse(file);
  const folder = path.dirname(file);
  singles.set(folder, [...(singles.get(folder) ?? []), file]);
  return undefined;
}

function openOrRefuse(file: string): Promise<FeedFile | RefusedFile> {
  return asRefusal(file, async () =>
    (await detectFormat(file)) === "osv-record" ? openRecordFiles(path.dirname(file), [file]) : openFeedFile(file),
  );
}

async function asRefusal(file: string, open: () => Promise<FeedFile>): Promise<FeedFile | RefusedFile> {
  try {
    return await open();
  } catch (error) {
    return refusal(file, error);
  }
}

function refusal(file: string, error: unknown): RefusedFile {
  if (!(error instanceof FeedError)) throw error;
  return { path: file, refused: error.message, isForeign: error instanceof ForeignFileError };
}

interface Listed {
  file: string;
  /** Why a link cannot be used; null for files. */
  refused: string | null;
}

async function filesBelow(folder: string): Promise<Listed[]> {
  const entries = await readdir(folder, { withFileTypes: true, recursive: true });
  if (entries.length > feedLimits.folderFiles) {
    throw new FeedError(`${folder} holds more than ${feedLimits.folderFiles} files`);
  }
  const seen = entries.filter((entry) => !entry.name.startsWith(".") && (entry.isFile() || entry.isSymbolicLink()));
  const listed: Listed[] = [];
  for (const entry of seen) {
    const file = path.join(entry.parentPath, entry.name);
    listed.push({ file, refused: entry.isSymbolicLink() ? await whyNotFollowed(file) : null });
  }
  return listed.sort((a, b) => (a.file < b.file ? -1 : 1));
}

/** Null when the link leads to a file. */
async function whyNotFollowed(link: string): Promise<string | null> {
  const target = await stat(link).catch(() => null);
  if (target?.isFile()) return null;
  return target === null ? "it is a link that leads to nothing" : "it is a link to a folder, which is not followed";
}
