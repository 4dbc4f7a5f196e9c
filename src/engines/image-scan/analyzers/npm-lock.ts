import type { Diagnostic } from "#domain/evidence.ts";
import { type Analyzer, textOf } from "./analyzer.ts";
import { cleanVersion, isPackageName, parseJson } from "./npm.ts";

export interface LockedPackage {
  name: string;
  version: string;
  /** Where the package goes, relative to the folder of the lock: `node_modules/a/node_modules/b`. */
  place: string;
  dev: boolean;
}

export interface NpmLock {
  packages: LockedPackage[];
  /** Packages from git, a file or an address, which have no version that advisories could name. */
  unversioned: { name: string; place: string }[];
  /** Folders of the project's workspaces, relative to the folder of the lock: `packages/a`. */
  workspaces: string[];
}

const lockName = /(?:^|\/)(?:\.?package-lock|npm-shrinkwrap)\.json$/;
/** Deeper trees than this are no product of npm. */
const maxPlaceLength = 4096;

/** package-lock.json, npm-shrinkwrap.json (formats 1 to 3) and npm's own `node_modules/.package-lock.json`. */
export const npmLock: Analyzer<NpmLock> = {
  name: "npm-lock",
  version: 2,
  lastCharacters: "n",
  isWanted: (path) =>
    (path.endsWith("package-lock.json") || path.endsWith("npm-shrinkwrap.json")) && lockName.test(path),
  parse: (bytes, path) => {
    const lock = parseJson(textOf(bytes));
    if (!isRecord(lock)) {
      const diagnostic: Diagnostic = { code: "unreadable-lockfile", message: "The lockfile is not JSON.", path };
      return { result: { packages: [], unversioned: [], workspaces: [] }, diagnostics: [diagnostic] };
    }
    const result = isRecord(lock.packages) ? fromPackages(lock.packages) : fromDependencies(lock.dependencies);
    return { result, diagnostics: [] };
  },
};

/** Formats 2 and 3: a flat map from place to package. Places outside node_modules are the project and its workspaces. */
function fromPackages(packages: Record<string, unknown>): NpmLock {
  const lock: NpmLock = { packages: [], unversioned: [], workspaces: [] };
  for (const [place, entry] of Object.entries(packages)) {
    const marker = place.lastIndexOf("node_modules/");
    if (!isRecord(entry) || entry.link === true) continue;
    if (marker < 0) {
      if (place !== "" && place.length <= maxPlaceLength) lock.workspaces.push(place);
      continue;
    }
    const name = typeof entry.name === "string" ? entry.name : place.slice(marker + 13);
    add(lock, { name, version: entry.version, place, dev: entry.dev === true });
  }
  return lock;
}

/** Format 1: a tree of `dependencies`. Walked without recursion, so that depth is no weapon. */
function fromDependencies(dependencies: unknown): NpmLock {
  const lock: NpmLock = { packages: [], unversioned: [], workspaces: [] };
  const open: { tree: unknown; prefix: string }[] = [{ tree: dependencies, prefix: "" }];
  for (let level = open.pop(); level !== undefined; level = open.pop()) {
    if (!isRecord(level.tree) || level.prefix.length > maxPlaceLength) continue;
    for (const [key, entry] of Object.entries(level.tree)) {
      if (!isRecord(entry)) continue;
      const place = `${level.prefix}node_modules/${key}`;
      const alias = typeof entry.version === "string" ? /^npm:((?:@[^/]+\/)?[^@]+)@(.+)$/.exec(entry.version) : null;
      add(lock, {
        name: alias?.[1] ?? key,
        version: alias?.[2] ?? entry.version,
        place,
        dev: entry.dev === true,
      });
      open.push({ tree: entry.dependencies, prefix: `${place}/` });
    }
  }
  return lock;
}

function add(lock: NpmLock, entry: { name: string; version: unknown; place: string; dev: boolean }): void {
  if (!isPackageName(entry.name)) return;
  // `git+ssh://…`, `file:…` and addresses stand where a version would be.
  const isAddress = typeof entry.version === "string" && /[:/]/.test(entry.version);
  const version = typeof entry.version === "string" && !isAddress ? cleanVersion(entry.version) : null;
  if (version !== null) lock.packages.push({ ...entry, version });
  else lock.unversioned.push({ name: entry.name, place: entry.place });
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
