import semverValid from "semver/functions/valid.js";
import type { Diagnostic } from "#domain/evidence.ts";
import { type Analyzer, textOf } from "./analyzer.ts";
import { npmPlace } from "./npm-place.ts";

/** What a package.json says; null = it states none that advisories could name. */
export interface NpmPackage {
  name: string | null;
  version: string | null;
}

/** package.json of an npm package that lies where a package manager puts one. Null when it is not JSON. */
export const npm: Analyzer<NpmPackage | null> = {
  name: "npm",
  version: 2,
  lastCharacters: "n",
  isWanted: (path) => path.endsWith("/package.json") && npmPlace(path) !== null,
  parse: (bytes, path) => {
    const parsed = parseJson(textOf(bytes));
    if (parsed === undefined) {
      const diagnostic: Diagnostic = { code: "unreadable-package", message: "package.json is not JSON.", path };
      return { result: null, diagnostics: [diagnostic] };
    }
    return { result: toPackage(parsed), diagnostics: [] };
  },
};

/** Parsed JSON, or undefined. A byte order mark is allowed, as Node allows it. */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text.charCodeAt(0) === 0xfeff ? text.slice(1) : text);
  } catch {
    return undefined;
  }
}

function toPackage(value: unknown): NpmPackage {
  const fields: { name?: unknown; version?: unknown } = typeof value === "object" && value !== null ? value : {};
  const { name, version } = fields;
  return {
    name: typeof name === "string" && isPackageName(name) ? name : null,
    version: typeof version === "string" ? cleanVersion(version) : null,
  };
}

export function isPackageName(name: string): boolean {
  return name.length <= 214 && /^(?:@[^/@\s]+\/)?[^./@\s][^/@\s]*$/.test(name);
}

/**
 * The version as it is written, without the `v` or `=` that npm takes off. One that semver cannot order (`1.2`, `latest`)
 * is kept too: the package is there whatever it calls itself. Null when there is no version at all.
 */
export function cleanVersion(version: string): string | null {
  const trimmed = version.trim();
  const bare = trimmed.replace(/^[=v]+/, "");
  if (semverValid(bare, { loose: true }) !== null) return bare;
  // A package URL and a report have room for a word, not for a page.
  return trimmed !== "" && trimmed.length <= 200 && !/\s/.test(trimmed) ? trimmed : null;
}
