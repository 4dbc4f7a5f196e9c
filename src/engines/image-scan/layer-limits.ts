import type { LayerFacts } from "./facts.ts";

/** Bounds of what the layers of one image may cost together. Every one ends in a plain reason, none in a crash. */
export interface LayerLimits {
  /** Bytes of the tars after decompression. */
  uncompressedBytes: number;
  /** Uncompressed : compressed, looked at once `ratioFromBytes` have been written. */
  ratio: number;
  ratioFromBytes: number;
  /** Tar entries. */
  entries: number;
  /** Bytes of all paths together, which bounds the memory that a flood of names can take. */
  pathBytes: number;
  /** A single path: longer or deeper ones are left out with a diagnostic, as no Linux kernel would take them. */
  pathLength: number;
  pathDepth: number;
  /** One file whose content is kept, and all of them together. */
  wantedFileBytes: number;
  wantedTotalBytes: number;
}

export const defaultLayerLimits: LayerLimits = {
  uncompressedBytes: 48 * 1024 ** 3,
  ratio: 400,
  ratioFromBytes: 256 * 1024 ** 2,
  entries: 2_500_000,
  pathBytes: 256 * 1024 ** 2,
  pathLength: 4096,
  pathDepth: 256,
  wantedFileBytes: 64 * 1024 ** 2,
  wantedTotalBytes: 256 * 1024 ** 2,
};

/** Layers of one image. Docker itself takes 127; registries take more. */
export const MOST_LAYERS = 1000;

/** What reading the layers of an image has cost so far. One object for all layers of an image. */
export interface ImageCost {
  compressedBytes: number;
  uncompressedBytes: number;
  entries: number;
  pathBytes: number;
  /** Bytes of the files whose content was kept. */
  keptBytes: number;
}

/** Nothing spent yet. */
export function noCost(): ImageCost {
  return { compressedBytes: 0, uncompressedBytes: 0, entries: 0, pathBytes: 0, keptBytes: 0 };
}

/** What the facts of a layer hold in memory: the part of its cost that ends when they are thrown away. */
export function heldBy(facts: LayerFacts): Pick<ImageCost, "entries" | "pathBytes" | "keptBytes"> {
  let pathBytes = 0;
  let keptBytes = 0;
  for (const entry of facts.entries) {
    if (typeof entry === "string") {
      pathBytes += entry.length;
      continue;
    }
    pathBytes += entry.path.length + ("target" in entry ? entry.target.length : 0);
    if (entry.kind === "file") keptBytes += entry.bytes?.byteLength ?? 0;
  }
  return { entries: facts.entryCount, pathBytes, keptBytes };
}

export type LayerErrorCode =
  | "corrupt-compression"
  | "unsupported-compression"
  | "encrypted"
  | "too-large"
  | "compression-bomb"
  | "too-many-entries"
  | "corrupt-tar"
  | "truncated"
  | "aborted";

/** A layer that cannot be read at all. `message` says why in words that a person may be shown. */
export class LayerError extends Error {
  readonly code: LayerErrorCode;

  constructor(code: LayerErrorCode, message: string, options: { cause?: unknown } = {}) {
    super(message, options);
    this.name = "LayerError";
    this.code = code;
  }
}
