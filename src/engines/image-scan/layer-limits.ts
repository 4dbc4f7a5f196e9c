/** Bounds of what one layer may cost. Every one ends in a plain reason, none in a crash. */
export interface LayerLimits {
  /** Bytes of the tar after decompression. */
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
  /** Files with the set-user-id or set-group-id bit that are named; further ones are only counted. */
  setIdFiles: number;
}

export const defaultLayerLimits: LayerLimits = {
  uncompressedBytes: 32 * 1024 ** 3,
  ratio: 400,
  ratioFromBytes: 256 * 1024 ** 2,
  entries: 1_500_000,
  pathBytes: 160 * 1024 ** 2,
  pathLength: 4096,
  pathDepth: 256,
  wantedFileBytes: 64 * 1024 ** 2,
  wantedTotalBytes: 256 * 1024 ** 2,
  setIdFiles: 10_000,
};

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
