import { DiagnosticList } from "./diagnostic-list.ts";
import type { LayerFacts, WantedFile } from "./facts.ts";
import { LayerError, type LayerLimits } from "./layer-limits.ts";
import { cleanPath, type PathFault } from "./layer-path.ts";
import type { TarEntry } from "./tar-header.ts";
import type { TarHandler } from "./tar-reader.ts";
import { isWanted } from "./wanted-files.ts";

/** What lies at a path of this layer; the last entry of a path wins, as it does on disk. */
type Kept = "other" | "directory" | Uint8Array | { target: string; kind: "symbolic" | "hard" };

const faultTexts: Record<PathFault, string> = {
  escapes: "Left out: the path climbs out of the image's root.",
  "too-long": "Left out: the path is longer than Linux allows.",
  "too-deep": "Left out: the path has too many levels.",
};

/** Turns the entries of one layer's tar into LayerFacts. Throws LayerError when a limit of the whole layer is passed. */
export class LayerCollector implements TarHandler {
  private readonly limits: LayerLimits;
  private readonly kept = new Map<string, Kept>();
  private readonly whiteouts = new Set<string>();
  private readonly opaqueDirectories = new Set<string>();
  /** Bits of what lies at a path now: a later entry of the same path may have none. */
  private readonly setIdFiles = new Map<string, number>();
  private setIdUnnamed = 0;
  private readonly diagnostics = new DiagnosticList();
  private entryCount = 0;
  private pathBytes = 0;
  private wantedBytes = 0;
  /** Path of the body that the reader is collecting. */
  private awaited = "";

  constructor(limits: LayerLimits) {
    this.limits = limits;
  }

  onEntry(entry: TarEntry): boolean {
    this.count(entry);
    const path = this.clean(entry.path);
    if (path === null || path === "") return false;
    const nameStart = path.lastIndexOf("/") + 1;
    if (isWhiteoutName(path, nameStart)) {
      this.addWhiteout(path, nameStart);
      return false;
    }
    this.noteSetId(path, entry.setIdBits);
    switch (entry.kind) {
      case "file":
        return this.addFile(path, entry);
      case "directory":
        this.kept.set(path, "directory");
        return false;
      case "symbolic":
        this.kept.set(path, { target: entry.linkPath.slice(0, this.limits.pathLength), kind: "symbolic" });
        return false;
      case "hard":
        this.addHardLink(path, entry.linkPath);
        return false;
      case "special":
        this.kept.set(path, "other");
        return false;
    }
  }

  onBody(_entry: TarEntry, bytes: Buffer): void {
    this.kept.set(this.awaited, bytes);
  }

  addDiagnostic(code: string, message: string): void {
    this.diagnostics.add({ code, message });
  }

  /** The facts, with what only the reader of the stream knows. */
  facts(stream: { diffId: string; uncompressedBytes: number }): LayerFacts {
    const files: WantedFile[] = [];
    const links: LayerFacts["links"] = [];
    const others: string[] = [];
    const directories: string[] = [];
    for (const [path, kept] of this.kept) {
      if (kept === "other") others.push(path);
      else if (kept === "directory") directories.push(path);
      else if (kept instanceof Uint8Array) files.push({ path, bytes: kept });
      else links.push({ path, target: kept.target, kind: kept.kind });
    }
    return {
      ...stream,
      entryCount: this.entryCount,
      files,
      links,
      whiteouts: [...this.whiteouts],
      opaqueDirectories: [...this.opaqueDirectories],
      others,
      directories,
      setIdFiles: [...this.setIdFiles].map(([path, bits]) => ({ path, bits })),
      ...(this.setIdUnnamed > 0 ? { setIdUnnamed: this.setIdUnnamed } : {}),
      diagnostics: this.diagnostics.list(),
    };
  }

  private count(entry: TarEntry): void {
    this.entryCount += 1;
    this.pathBytes += entry.path.length + entry.linkPath.length;
    if (this.entryCount > this.limits.entries || this.pathBytes > this.limits.pathBytes) {
      throw new LayerError(
        "too-many-entries",
        `The layer has more than ${this.limits.entries} files, or names that take too much room.`,
      );
    }
    if (entry.size > this.limits.uncompressedBytes) {
      throw new LayerError(
        "too-large",
        `A file in the layer claims ${entry.size} bytes, more than the limit of ${this.limits.uncompressedBytes}.`,
      );
    }
  }

  private noteSetId(path: string, bits: number): void {
    if (bits === 0) {
      if (this.setIdFiles.size > 0) this.setIdFiles.delete(path);
    } else if (this.setIdFiles.size < this.limits.setIdFiles || this.setIdFiles.has(path)) {
      this.setIdFiles.set(path, bits);
    } else this.setIdUnnamed += 1;
  }

  private clean(raw: string): string | null {
    return cleanPath(raw, this.limits, (fault) =>
      this.diagnostics.add({ code: "unsafe-path", message: faultTexts[fault], path: raw }),
    );
  }

  private addFile(path: string, entry: TarEntry): boolean {
    const fault = isWanted(path) ? this.whyNotKept(entry) : null;
    if (fault !== null) this.diagnostics.add({ ...fault, path });
    if (fault !== null || !isWanted(path)) {
      this.kept.set(path, "other");
      return false;
    }
    this.wantedBytes += entry.size;
    this.awaited = path;
    return true;
  }

  private whyNotKept(entry: TarEntry): { code: string; message: string } | null {
    if (entry.isSparse) return { code: "sparse-file", message: "Not read: it is stored as a sparse file." };
    if (entry.size > this.limits.wantedFileBytes) {
      return {
        code: "file-too-large",
        message: `Not read: ${entry.size} bytes is more than the limit of ${this.limits.wantedFileBytes}.`,
      };
    }
    if (this.wantedBytes + entry.size > this.limits.wantedTotalBytes) {
      return { code: "files-too-large", message: "Not read: the layer's package files together are over the limit." };
    }
    return null;
  }

  private addHardLink(path: string, rawTarget: string): void {
    const target = this.clean(rawTarget);
    if (target === null || target === "") return;
    this.kept.set(path, { target, kind: "hard" });
  }

  private addWhiteout(path: string, nameStart: number): void {
    const name = path.slice(nameStart + 4);
    const folder = path.slice(0, Math.max(nameStart - 1, 0));
    if (name === ".wh..opq") this.opaqueDirectories.add(folder);
    // Other names of this form are bookkeeping of the aufs driver, which every runtime leaves out.
    else if (name.startsWith(".wh.")) return;
    else if (name === "" || name === "." || name === "..") {
      this.diagnostics.add({ code: "unsafe-path", message: "Left out: a deletion mark without a usable name.", path });
    } else this.whiteouts.add(folder === "" ? name : `${folder}/${name}`);
  }
}

/** `.wh.` at the start of the last part. */
function isWhiteoutName(path: string, nameStart: number): boolean {
  return path.charCodeAt(nameStart) === 46 && path.startsWith(".wh.", nameStart);
}
