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
  /** Length and last characters of the candidates: rules out nearly every line of a list before it becomes text. */
  private readonly shapes = new Set<number>();
  /** Names that are not plain ASCII have other lengths in bytes, so that nothing can be ruled out. */
  private hasOddNames = false;

  /** `seen`: paths of files that are of interest by their name or first bytes though their content was not kept. */
  constructor(tree: FileTree, seen: Iterable<string>) {
    const candidates = new Set(seen);
    for (const [path] of tree.files()) candidates.add(path);
    this.candidates = candidates;
    for (const path of candidates) this.noteShape(path);
  }

  private noteShape(path: string): void {
    // biome-ignore lint/suspicious/noControlCharactersInRegex: the whole of ASCII is meant
    if (!/^[\u0000-\u007f]*$/.test(path)) this.hasOddNames = true;
    const [last, before] = [path.charCodeAt(path.length - 1), path.charCodeAt(path.length - 2)];
    this.shapes.add(shapeOf(path.length, before, last));
    if (path.startsWith("usr/")) this.shapes.add(shapeOf(path.length - 4, before, last));
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
   * Adds a list of owned files: one absolute path a line (`dpkg/info/*.list`) or `<md5>  <path>` (`md5sums`). Most
   * lines are told by their length and last characters and never turned into text.
   */
  addList(list: Uint8Array, owner: Owner): void {
    const bytes = Buffer.from(list.buffer, list.byteOffset, list.byteLength);
    let start = 0;
    while (start < bytes.length) {
      const newline = bytes.indexOf(10, start);
      const end = newline < 0 ? bytes.length : newline;
      if (end - start > 2) this.addLine(bytes, { start, end }, owner);
      start = end + 1;
    }
  }

  private addLine(bytes: Buffer, line: { start: number; end: number }, owner: Owner): void {
    const from = startOfPath(bytes, line);
    const shape = shapeOf(line.end - from, bytes[line.end - 2] ?? 0, bytes[line.end - 1] ?? 0);
    if (this.hasOddNames || this.shapes.has(shape)) this.add(nameOf(bytes, from, line.end), owner);
  }
}

function shapeOf(length: number, before: number, last: number): number {
  return (length * 256 + before) * 256 + last;
}

const mergedFolders = /^(?:bin|sbin|lib|lib32|lib64|libx32)\//;

/** Where the path of a line begins, behind checksum and leading `/` or `./`. */
function startOfPath(bytes: Buffer, { start, end }: { start: number; end: number }): number {
  let from = start;
  if (bytes[start] !== 47 && bytes[start + 32] === 32 && end - start > 34) {
    from += 33;
    while (bytes[from] === 32 || bytes[from] === 42) from += 1;
  }
  if (bytes[from] === 46 && bytes[from + 1] === 47) from += 1;
  while (bytes[from] === 47) from += 1;
  return from;
}
