import { DiagnosticList } from "./diagnostic-list.ts";
import type { LayerEntry, LayerFacts } from "./facts.ts";
import { type ImageCost, LayerError, type LayerLimits } from "./layer-limits.ts";
import { cleanPath, type PathFault } from "./layer-path.ts";
import { PROGRAM_HEAD_BYTES, type ProgramKind, programKind } from "./program-kind.ts";
import type { TarEntry } from "./tar-header.ts";
import type { TarHandler } from "./tar-reader.ts";
import { isWanted } from "./wanted-files.ts";

/** An ELF header alone has 52 bytes. */
const LEAST_PROGRAM_BYTES = 52;

const faultTexts: Record<PathFault, string> = {
  "too-long": "Left out: the path is longer than Linux allows.",
  "too-deep": "Left out: the path has too many levels.",
};

export interface CollectorOptions {
  limits: LayerLimits;
  /** What the image has cost before this layer; grows as this one is read. */
  cost: ImageCost;
  /** Paths in this layer whose content is kept besides what analysers want by name: targets of links. */
  alsoWanted?: ReadonlySet<string>;
}

/** Turns the entries of one layer's tar into LayerFacts. Throws LayerError when a limit of the whole image is passed. */
export class LayerCollector implements TarHandler {
  private readonly limits: LayerLimits;
  private readonly cost: ImageCost;
  private readonly alsoWanted: ReadonlySet<string>;
  private readonly entries: LayerEntry[] = [];
  private readonly diagnostics = new DiagnosticList();
  private entryCount = 0;
  /** The file whose body the reader is collecting. */
  private probed: { path: string; setIdBits: number } | null = null;
  private awaited: { kind: "file"; path: string; bytes: Uint8Array | null; setIdBits: number } | null = null;

  constructor({ limits, cost, alsoWanted }: CollectorOptions) {
    this.limits = limits;
    this.cost = cost;
    this.alsoWanted = alsoWanted ?? new Set();
  }

  onEntry(entry: TarEntry): boolean | number {
    this.count(entry);
    const path = this.clean(entry.path);
    if (path === null || path === "") return false;
    const nameStart = path.lastIndexOf("/") + 1;
    if (isWhiteoutName(path, nameStart)) {
      this.addWhiteout(path, nameStart);
      return false;
    }
    switch (entry.kind) {
      case "file":
        return this.addFile(path, entry);
      case "directory":
        this.entries.push({ kind: "directory", path });
        return false;
      case "symbolic":
        this.entries.push({ kind: "symbolic", path, target: entry.linkPath.slice(0, this.limits.pathLength) });
        return false;
      case "hard":
        this.addHardLink(path, entry);
        return false;
      case "special":
        this.entries.push(path);
        return false;
    }
  }

  onBody(_entry: TarEntry, bytes: Buffer): void {
    if (this.awaited !== null) this.awaited.bytes = bytes;
    else if (this.probed !== null) this.addProgram(this.probed, programKind(bytes));
    this.awaited = null;
    this.probed = null;
  }

  addDiagnostic(code: string, message: string): void {
    this.diagnostics.add({ code, message });
  }

  /** The facts, with what only the reader of the stream knows. */
  facts(stream: { diffId: string; uncompressedBytes: number }): LayerFacts {
    return {
      ...stream,
      entryCount: this.entryCount,
      entries: this.entries,
      diagnostics: this.diagnostics.list(),
    };
  }

  private count(entry: TarEntry): void {
    const { limits, cost } = this;
    this.entryCount += 1;
    cost.entries += 1;
    cost.pathBytes += entry.path.length + entry.linkPath.length;
    if (cost.entries > limits.entries || cost.pathBytes > limits.pathBytes) {
      throw new LayerError(
        "too-many-entries",
        `The image has more than ${limits.entries} files, or names that take too much room.`,
      );
    }
    if (entry.size > limits.uncompressedBytes) {
      throw new LayerError(
        "too-large",
        `A file in the layer claims ${entry.size} bytes, more than the limit of ${limits.uncompressedBytes}.`,
      );
    }
  }

  private clean(raw: string): string | null {
    return cleanPath(raw, this.limits, (fault) =>
      this.diagnostics.add({ code: "unsafe-path", message: faultTexts[fault], path: raw }),
    );
  }

  private addFile(path: string, entry: TarEntry): boolean | number {
    const { setIdBits } = entry;
    const wanted = isWanted(path) || this.alsoWanted.has(path);
    const fault = wanted ? this.whyNotKept(entry) : null;
    if (fault !== null) this.diagnostics.add({ ...fault, path });
    if (!wanted && entry.size >= LEAST_PROGRAM_BYTES && !entry.isSparse && mayBeProgram(path, entry.isExecutable)) {
      this.probed = { path, setIdBits };
      return PROGRAM_HEAD_BYTES;
    }
    if (fault !== null || !wanted) {
      this.entries.push(setIdBits === 0 ? path : { kind: "file", path, bytes: null, setIdBits });
      return false;
    }
    this.cost.keptBytes += entry.size;
    this.awaited = { kind: "file", path, bytes: null, setIdBits };
    this.entries.push(this.awaited);
    return true;
  }

  private addProgram({ path, setIdBits }: { path: string; setIdBits: number }, program: ProgramKind | null): void {
    if (program !== null) this.entries.push({ kind: "file", path, bytes: null, setIdBits, program });
    else this.entries.push(setIdBits === 0 ? path : { kind: "file", path, bytes: null, setIdBits });
  }

  private whyNotKept(entry: TarEntry): { code: string; message: string } | null {
    if (entry.isSparse) return { code: "sparse-file", message: "Not read: it is stored as a sparse file." };
    if (entry.size > this.limits.wantedFileBytes) {
      return {
        code: "file-too-large",
        message: `Not read: ${entry.size} bytes is more than the limit of ${this.limits.wantedFileBytes}.`,
      };
    }
    if (this.cost.keptBytes + entry.size > this.limits.wantedTotalBytes) {
      return { code: "files-too-large", message: "Not read: the image's package files together are over the limit." };
    }
    return null;
  }

  private addHardLink(path: string, entry: TarEntry): void {
    const target = this.clean(entry.linkPath);
    if (target === null || target === "") return;
    this.entries.push({ kind: "hard", path, target, setIdBits: entry.setIdBits });
  }

  private addWhiteout(path: string, nameStart: number): void {
    const name = path.slice(nameStart + 4);
    const folder = path.slice(0, Math.max(nameStart - 1, 0));
    if (name === ".wh..opq") this.entries.push({ kind: "opaque", path: folder });
    // Other names of this form are bookkeeping of the aufs driver, which every runtime leaves out.
    else if (name.startsWith(".wh.")) return;
    else if (name === "" || name === "." || name === "..") {
      this.diagnostics.add({ code: "unsafe-path", message: "Left out: a deletion mark without a usable name.", path });
    } else this.entries.push({ kind: "whiteout", path: folder === "" ? name : `${folder}/${name}` });
  }
}

/**
 * Whether the first bytes are worth a look. Builders that set no modes put programs where programs lie: in a `bin`, or under
 * a name without an ending near the root.
 */
function mayBeProgram(path: string, isExecutable: boolean): boolean {
  if (isExecutable) return true;
  const nameStart = path.lastIndexOf("/") + 1;
  if (path.endsWith("bin/", nameStart)) return true;
  if (path.includes(".", nameStart)) return false;
  const second = path.indexOf("/", path.indexOf("/") + 1);
  return second < 0 || path.indexOf("/", second + 1) < 0;
}

/** `.wh.` at the start of the last part. */
function isWhiteoutName(path: string, nameStart: number): boolean {
  return path.charCodeAt(nameStart) === 46 && path.startsWith(".wh.", nameStart);
}
