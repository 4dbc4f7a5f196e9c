import { type NpmPackage, npm as npmManifest } from "../analyzers/npm.ts";
import { npmLock } from "../analyzers/npm-lock.ts";
import { type NpmPlace, npmPlace } from "../analyzers/npm-place.ts";
import type { InstalledPackage, UndecidedPackage } from "../facts.ts";
import type { Owner, Ownership } from "../ownership.ts";
import { languagePackageUrl } from "../package-url.ts";
import { skippedFor } from "../settle-ownership.ts";
import type { FileNode } from "../tree-nodes.ts";
import { compare } from "../versions/semver.ts";
import { DevelopmentFlags } from "./development-flags.ts";
import type { ImagePackageKind, KindFindings, ReadContext } from "./image-package-kind.ts";

/** Packages of npm and of what installs as it does: every `node_modules`, and lockfiles where nothing is installed. */
export const npm: ImagePackageKind = {
  type: "npm",
  analyzers: [npmManifest, npmLock],
  compare,
  ecosystems: { npm: { name: "binary", precedence: [] } },
  distributions: {},
  reader: () => ({ read: findNpmPackages }),
};

type NpmFindings = KindFindings & { undecided: UndecidedPackage[] };

/** npm packages of the finished file system: what is installed, and locked ones where nothing is installed beside the lock. */
function findNpmPackages({ tree, ownership }: ReadContext): KindFindings {
  const manifests: [string, FileNode][] = [];
  const locks: [string, FileNode][] = [];
  for (const entry of tree.files()) {
    if (npmManifest.isWanted(entry[0])) manifests.push(entry);
    else if (npmLock.isWanted(entry[0]) && isProjectLock(entry[0])) locks.push(entry);
  }
  const found: NpmFindings = { packages: [], skipped: [], undecided: [], diagnostics: [], hasDatabase: false };
  const development = new DevelopmentFlags(locks, found.diagnostics);
  for (const [path, node] of manifests) addInstalled(found, { path, node, ownership, development });
  const roots = rootsOf(manifests.map(([path]) => path));
  for (const [path, node] of locks) {
    if (!isHiddenLock(path)) addLocked(found, { path, node, roots });
  }
  return { ...found, installRoots: roots };
}

/** npm's own record of what it put on disk. */
function isHiddenLock(path: string): boolean {
  return path.endsWith("node_modules/.package-lock.json");
}

/** A lock inside an installed package is that package's own material, broken ones in its tests included. */
function isProjectLock(path: string): boolean {
  return isHiddenLock(path) || !path.split("/").includes("node_modules");
}

/** Folders (with trailing slash) of projects whose dependencies are installed: those that hold a `node_modules`. */
function rootsOf(manifests: readonly string[]): Set<string> {
  const roots = new Set<string>();
  for (const path of manifests) {
    roots.add(path.slice(0, Math.max(path.indexOf("node_modules/"), 0)));
    roots.add(path.slice(0, Math.max(path.lastIndexOf("node_modules/"), 0)));
  }
  return roots;
}

function addInstalled(
  found: NpmFindings,
  entry: { path: string; node: FileNode; ownership: Ownership; development: DevelopmentFlags },
): void {
  const { path, node } = entry;
  const parsed = npmManifest.parse(node.bytes, path);
  found.diagnostics.push(...parsed.diagnostics);
  const place = npmPlace(path);
  if (parsed.result === null || place === null) return;
  const { name, version } = parsed.result;
  const reason = whyNotAssessed(parsed.result, place);
  if (name === null || version === null || reason !== null) {
    const folder = path.slice(path.lastIndexOf("node_modules/") + 13, -"/package.json".length);
    found.skipped.push({ name: name ?? folder, version: version ?? "", path, reason: reason ?? "" });
    return;
  }
  const installed = toInstalled({
    name,
    version,
    path,
    layer: firstLayerWith(node, path, version),
    dev: entry.development.isDev(path),
  });
  addByOwner(found, installed, entry.ownership.ownerOf(path));
}

function whyNotAssessed({ name, version }: NpmPackage, place: NpmPlace): string | null {
  if (place.kind === "testMaterial")
    return `Lies in the tests of ${place.of}, which carries it along as material: it is not installed for use.`;
  if (version === null) return "Its package.json states no version, so nothing can be said about it.";
  return name === null
    ? "Its package.json states no name that a package can have, so nothing can be said about it."
    : null;
}

/** A package that a system package brought is judged with that one, if it is the distribution's and is judged at all. */
function addByOwner(found: NpmFindings, installed: InstalledPackage, owner: Owner | undefined): void {
  if (owner === undefined || owner.ecosystem === "" || owner.standing === "foreign") found.packages.push(installed);
  else if (owner.standing === "undecided") found.undecided.push({ found: installed, owner });
  else found.skipped.push(skippedFor({ found: installed, owner }));
}

/** A lock speaks only where nothing is installed from it: neither beside it nor in one of its workspaces. */
function addLocked(found: NpmFindings, entry: { path: string; node: FileNode; roots: ReadonlySet<string> }): void {
  const { path, node, roots } = entry;
  const folder = path.slice(0, path.lastIndexOf("/") + 1);
  const { packages, unversioned, workspaces } = npmLock.parse(node.bytes, path).result;
  if ([folder, ...workspaces.map((workspace) => `${folder}${workspace}/`)].some((root) => roots.has(root))) return;
  const seen = new Set<string>();
  for (const { name, version, dev } of packages) {
    const key = `${name}\0${version}`;
    if (seen.has(key)) continue;
    seen.add(key);
    found.packages.push(toInstalled({ name, version, path, layer: node.layer, dev }));
  }
  for (const { name } of unversioned) {
    if (seen.has(name)) continue;
    seen.add(name);
    const reason = "The lockfile names an address instead of a version, so nothing can be said.";
    found.skipped.push({ name, version: "", path, reason });
  }
}

/** A layer that only touched a file (chown, a second install) did not bring the version. */
function firstLayerWith(node: FileNode, path: string, version: string): number {
  let layer = node.layer;
  for (let older = node.previous; older !== null; older = older.previous) {
    if (npmManifest.parse(older.bytes, path).result?.version !== version) break;
    layer = older.layer;
  }
  return layer;
}

function toInstalled(entry: {
  name: string;
  version: string;
  path: string;
  layer: number;
  dev: boolean;
}): InstalledPackage {
  return {
    type: "npm",
    ecosystem: "npm",
    name: entry.name,
    version: entry.version,
    sourceName: entry.name,
    sourceVersion: entry.version,
    arch: null,
    purl: languagePackageUrl("npm", entry.name, entry.version),
    path: entry.path,
    layer: entry.layer,
    dev: entry.dev,
    analyser: "npm",
  };
}
