import type { Diagnostic } from "#domain/evidence.ts";

/**
 * Reads one kind of file. `version` is part of what a stored result depends on: raising it reads the kept files again.
 * `isWanted` sees every path of every layer, so it must be cheap and must not build strings.
 */
export interface Analyzer<Result> {
  name: string;
  version: number;
  /** Characters (ASCII) that a wanted path may end with: nearly all paths are ruled out by it. Null = any. */
  lastCharacters: string | null;
  isWanted(path: string): boolean;
  /** Never throws: what cannot be read is a diagnostic. */
  parse(bytes: Uint8Array, path: string): { result: Result; diagnostics: Diagnostic[] };
}

/** UTF-8 text of a file; broken bytes become U+FFFD. */
export function textOf(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString("utf8");
}
