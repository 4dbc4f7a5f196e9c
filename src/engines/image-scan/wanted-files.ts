import type { Analyzer } from "./analyzers/analyzer.ts";
import { osRelease } from "./analyzers/os-release.ts";
import { allKinds } from "./kinds/all-kinds.ts";

/** Every analyser with its version: what a stored result depends on. */
export const analyzers: readonly Analyzer<unknown>[] = [osRelease, ...allKinds.flatMap((kind) => kind.analyzers)];

/** Analysers by the last character of a path that they may want; those that name none are asked about every path. */
const anyEnding = analyzers.filter((analyzer) => analyzer.lastCharacters === null);
const byLastCharacter = Array.from({ length: 128 }, (_, code) => [
  ...anyEnding,
  ...analyzers.filter((analyzer) => analyzer.lastCharacters?.includes(String.fromCharCode(code))),
]);

/**
 * True when some analyser wants the content of the file at `path` (relative to the root, no leading slash).
 * The last character rules out nearly all of an image's files before anything else is looked at.
 */
export function isWanted(path: string): boolean {
  for (const analyzer of byLastCharacter[path.charCodeAt(path.length - 1)] ?? anyEnding) {
    if (analyzer.isWanted(path)) return true;
  }
  return false;
}
