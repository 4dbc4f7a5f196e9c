import { statSync } from "node:fs";
import { LayerError } from "#engines/image-scan/layer-limits.ts";
import { cleanPath } from "#engines/image-scan/layer-path.ts";
import type { TarEntry } from "#engines/image-scan/tar-header.ts";
import { TarReader } from "#engines/image-scan/tar-reader.ts";
import { InputError, oneLine } from "../input-error.ts";
import { readTarFile } from "./read-tar-file.ts";
import type { StoredFile } from "./stored-file.ts";

/** Image archives have a handful of members per layer. */
const maxMembers = 50_000;
const pathLimits = { pathLength: 1024, pathDepth: 32 };

/** Where the members of an archive lie, by name. Throws InputError, which calls it `name`, when the file is no tar. */
export function archiveMembers(file: string, name: string): Map<string, StoredFile> {
  const members = new Map<string, StoredFile>();
  const links = new Map<string, string>();
  const reader: TarReader = new TarReader({
    onEntry(entry) {
      remember(entry, { file, offset: reader.bodyOffset, members, links });
      return false;
    },
    onBody: () => undefined,
  });
  try {
    readTarFile({ file, offset: 0, size: statSync(file).size }, reader);
  } catch (error) {
    if (error instanceof InputError) throw error;
    const why = error instanceof LayerError && error.code === "truncated" ? "it is cut off" : oneLine(error);
    throw new InputError(`${name} is not a readable image archive: ${why}`, { cause: error });
  }
  // Old `docker save` stores equal layers once and links the others to it.
  for (const [path, target] of links) {
    const stored = members.get(target);
    if (stored !== undefined) members.set(path, stored);
  }
  return members;
}

function remember(
  entry: TarEntry,
  archive: { file: string; offset: number; members: Map<string, StoredFile>; links: Map<string, string> },
): void {
  const path = cleanPath(entry.path, pathLimits, () => undefined);
  if (path === null || path === "") return;
  if (archive.members.size + archive.links.size >= maxMembers)
    throw new InputError(`${archive.file} holds too many files to be an image archive.`);
  if (entry.kind === "file" && !entry.isSparse)
    archive.members.set(path, { file: archive.file, offset: archive.offset, size: entry.size });
  if (entry.kind === "symbolic" || entry.kind === "hard") {
    const base =
      entry.kind === "symbolic" ? `${path.slice(0, path.lastIndexOf("/") + 1)}${entry.linkPath}` : entry.linkPath;
    const target = cleanPath(base, pathLimits, () => undefined);
    if (target !== null) archive.links.set(path, target);
  }
}
