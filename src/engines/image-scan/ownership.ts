import type { PackageType } from "#domain/package-kind.ts";
import { nameOf } from "./byte-names.ts";
import type { FileTree } from "./file-tree.ts";
import type { Standing } from "./kinds/deb-origin.ts";

/** The system package that a file belongs to. */
export interface Owner {
  name: string;
  type: PackageType;
  sourceName: string;
  /** Ecosystem whose advisories would speak of it; empty when its distribution is not known. */
  ecosystem: string;
  standing: Standing;
}

/**
 * Which system package each file of interest belongs to, by path without leading slash. Only files whose content or name
 * an analyser keeps are remembered: lists of owned files name ten thousands of others.
 */
export class Ownership {
  private readonly candidates: ReadonlySet<string>;
  private readonly owners = new Map<string, Owner>();

  /** `seen`: paths of files that are of interest by their name or first bytes though their content was not kept. */
  constructor(tree: FileTree, seen: Iterable<string>) {
    const candidates = new Set(seen);
    for (const [path] of tree.files()) candidates.add(path);
    this.candidates = candidates;
  }

  ownerOf(path: string): Owner | undefined {
    return this.owners.get(path);
  }

  /** Notes that `owner` brought the file at `path` (relative to the root). */
  add(path: string, owner: Owner): void {
    if (this.candidates.has(path)) this.owners.set(path, owner);
    // With a merged /usr the lists still say /lib while the files lie in /usr/lib.
    else if (mergedFolders.test(path) && this.candidates.has(`usr/${path}`)) this.owners.set(`usr/${path}`, owner);
  }

  /**
   * Adds a list of owned files: one absolute path a line (`dpkg/info/*.list`) or `<md5>  <path>` (`md5sums`). Lines are
   * told by their last characters first, so that most of a list is never turned into text.
   */
  addList(list: Uint8Array, owner: Owner): void {
    const bytes = Buffer.from(list.buffer, list.byteOffset, list.byteLength);
    let start = 0;
    while (start < bytes.length) {
      const newline = bytes.indexOf(10, start);
      const end = newline < 0 ? bytes.length : newline;
      if (end - start > 2) this.add(pathOf(bytes, start, end), owner);
      start = end + 1;
    }
  }
}

const mergedFolders = /^(?:bin|sbin|lib|lib32|lib64|libx32)\//;

/** The path of a line without checksum and leading `/` or `./`. */
function pathOf(bytes: Buffer, start: number, end: number): string {
  let from = start;
  if (bytes[start] !== 47 && bytes[start + 32] === 32 && end - start > 34) {
    from += 33;
    while (bytes[from] === 32 || bytes[from] === 42) from += 1;
  }
  if (bytes[from] === 46 && bytes[from + 1] === 47) from += 1;
  while (bytes[from] === 47) from += 1;
  return nameOf(bytes, from, end);
}
