import { isInstallPath, npm as npmManifest } from "../analyzers/npm.ts";
import { npmLock } from "../analyzers/npm-lock.ts";
import type { InstalledPackage } from "../facts.ts";
import type { Ownership } from "../ownership.ts";
import { languagePackageUrl } from "../package-url.ts";
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

/** npm packages of the finished file system: what is installed, and locked ones where nothing is installed beside the lock. */
function findNpmPackages({ tree, ownership }: ReadContext): KindFindings {
  const manifests: [string, FileNode][] = [];
  const locks: [string, FileNode][] = [];
  for (const entry of tree.files()) {
    if (entry[0].endsWith("/package.json") && isInstallPath(entry[0])) manifests.push(entry);
    else if (npmLock.isWanted(entry[0])) locks.push(entry);
  }
  const found: KindFindings = { packages: [], skipped: [], diagnostics: [], hasDatabase: false };
  const development = new DevelopmentFlags(locks, found.diagnostics);
  const roots = new Set<string>();
  for (const [path, node] of manifests) {
    roots.add(path.slice(0, path.indexOf("node_modules/")));
    roots.add(path.slice(0, path.lastIndexOf("node_modules/")));
    addInstalled(found, { path, node, ownership, development });
  }
  for (const [path, node] of locks) {
    const folder = path.slice(0, path.lastIndexOf("/") + 1);
    if (!folder.includes("node_modules/") && !roots.has(folder)) addLocked(found, path, node);
  }
  return found;
}

function addInstalled(
  inventory: KindFindings,
  entry: { path: string; node: FileNode; ownership: Ownership; development: DevelopmentFlags },
): void {
  const { path, node } = entry;
  const parsed = npmManifest.parse(node.bytes, path);
  inventory.diagnostics.push(...parsed.diagnostics);
  if (parsed.result === null) return;
  const { name, version } = parsed.result;
  const owner = entry.ownership.ownerOf(path);
  if (owner !== undefined) {
    inventory.skipped.push({
      name,
      version,
      path,
      reason: `Belongs to the ${owner.type} package ${owner.name}, which is assessed instead.`,
    });
    return;
  }
  inventory.packages.push(
    toInstalled({
      name,
      version,
      path,
      layer: firstLayerWith(node, path, version),
      dev: entry.development.isDev(path),
    }),
  );
}

function addLocked(inventory: KindFindings, path: string, node: FileNode): void {
  const parsed = npmLock.parse(node.bytes, path);
  const seen = new Set<string>();
  for (const { name, version, dev } of parsed.result) {
    const key = `${name}\0${version}`;
    if (seen.has(key)) continue;
    seen.add(key);
    inventory.packages.push(toInstalled({ name, version, path, layer: node.layer, dev }));
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
