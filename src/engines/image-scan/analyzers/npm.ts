import semver from "semver";
import type { Diagnostic } from "#domain/evidence.ts";
import { type Analyzer, textOf } from "./analyzer.ts";

export interface NpmPackage {
  name: string;
  version: string;
}

/** package.json of an installed npm package: `…/node_modules/<name>/package.json`. Null when it is not an install. */
export const npm: Analyzer<NpmPackage | null> = {
  name: "npm",
  version: 1,
  lastCharacters: "n",
  isWanted: (path) => path.endsWith("/package.json") && isInstallPath(path),
  parse: (bytes, path) => {
    const parsed = parseJson(textOf(bytes));
    if (parsed === undefined) {
      const diagnostic: Diagnostic = { code: "unreadable-package", message: "package.json is not JSON.", path };
      return { result: null, diagnostics: [diagnostic] };
    }
    return { result: toPackage(parsed), diagnostics: [] };
  },
};

/**
 * True when the folder of this package.json is where a package manager puts a package. A `node_modules` that lies in the
 * tests of another package is that package's own material (resolve and others ship such trees) and nothing installed.
 */
export function isInstallPath(path: string): boolean {
  const last = path.lastIndexOf("node_modules/");
  if (last < 0 || (last > 0 && path.charCodeAt(last - 1) !== 47)) return false;
  const nameStart = last + 13;
  if (path.charCodeAt(nameStart) === 46) return false;
  let nameEnd = path.indexOf("/", nameStart);
  if (path.charCodeAt(nameStart) === 64) nameEnd = path.indexOf("/", nameEnd + 1);
  if (nameEnd < 0 || nameEnd !== path.length - 13) return false;
  return !isTestMaterial(path.slice(0, last));
}

const fixtureFolders = /(?:^|\/)(?:fixtures?|__fixtures__|testdata|test-fixtures)\//;
const testFoldersOfPackages =
  /(?:^|\/)node_modules\/(?:.*\/)?(?:tests?|__tests__|spec|specs|__mocks__|mocks?|examples?)\//;

function isTestMaterial(before: string): boolean {
  return fixtureFolders.test(before) || testFoldersOfPackages.test(before);
}

/** Parsed JSON, or undefined. A byte order mark is allowed, as Node allows it. */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text.charCodeAt(0) === 0xfeff ? text.slice(1) : text);
  } catch {
    return undefined;
  }
}

function toPackage(value: unknown): NpmPackage | null {
  if (typeof value !== "object" || value === null || !("name" in value) || !("version" in value)) return null;
  const { name, version } = value;
  if (typeof name !== "string" || typeof version !== "string" || !isPackageName(name)) return null;
  const clean = cleanVersion(version);
  return clean === null ? null : { name, version: clean };
}

export function isPackageName(name: string): boolean {
  return name.length <= 214 && /^(?:@[^/@\s]+\/)?[^./@\s][^/@\s]*$/.test(name);
}

/** The version as semver reads it, build part kept; null when it is none. */
export function cleanVersion(version: string): string | null {
  const trimmed = version.trim().replace(/^[=v]+/, "");
  return semver.valid(trimmed, { loose: true }) === null ? null : trimmed;
}
