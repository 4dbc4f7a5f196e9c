import type { Diagnostic } from "#domain/evidence.ts";
import { isInstallPath, npm } from "./analyzers/npm.ts";
import { npmLock } from "./analyzers/npm-lock.ts";
import type { InstalledPackage, SkippedPackage } from "./facts.ts";
import type { FileNode, FileTree } from "./file-tree.ts";
import type { Ownership } from "./ownership.ts";
import { npmPackageUrl } from "./package-url.ts";

interface NpmInventory {
  packages: InstalledPackage[];
  skipped: SkippedPackage[];
  diagnostics: Diagnostic[];
}

/** npm packages of the finished file system: what is installed, and locked ones where nothing is installed beside the lock. */
export function findNpmPackages(tree: FileTree, ownership: Ownership): NpmInventory {
  const manifests: [string, FileNode][] = [];
  const locks: [string, FileNode][] = [];
  for (const entry of tree.files()) {
    if (entry[0].endsWith("/package.json") && isInstallPath(entry[0])) manifests.push(entry);
    else if (npmLock.isWanted(entry[0])) locks.push(entry);
  }
  const inventory: NpmInventory = { packages: [], skipped: [], diagnostics: [] };
  const development = new DevelopmentFlags(locks, inventory.diagnostics);
  const roots = new Set<string>();
  for (const [path, node] of manifests) {
    roots.add(path.slice(0, path.indexOf("node_modules/")));
    roots.add(path.slice(0, path.lastIndexOf("node_modules/")));
    addInstalled(inventory, { path, node, ownership, development });
  }
  for (const [path, node] of locks) {
    const folder = path.slice(0, path.lastIndexOf("/") + 1);
    if (!folder.includes("node_modules/") && !roots.has(folder)) addLocked(inventory, path, node);
  }
  return inventory;
}

function addInstalled(
  inventory: NpmInventory,
  entry: { path: string; node: FileNode; ownership: Ownership; development: DevelopmentFlags },
): void {
  const { path, node } = entry;
  const parsed = npm.parse(node.bytes, path);
  inventory.diagnostics.push(...parsed.diagnostics);
  if (parsed.result === null) return;
  const { name, version } = parsed.result;
  const owner = entry.ownership.get(path);
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

function addLocked(inventory: NpmInventory, path: string, node: FileNode): void {
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
    if (npm.parse(older.bytes, path).result?.version !== version) break;
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
    purl: npmPackageUrl(entry.name, entry.version),
    path: entry.path,
    layer: entry.layer,
    dev: entry.dev,
    analyser: "npm",
  };
}

/** What the locks of an image say about which places are for development only. */
class DevelopmentFlags {
  /** Folder of the project (with trailing slash) → places of development packages in it. */
  private readonly projects = new Map<string, Set<string>>();

  constructor(locks: [string, FileNode][], diagnostics: Diagnostic[]) {
    // npm's own record of the tree on disk is the better witness, so it is read last and wins.
    const isHidden = (path: string) => path.endsWith("node_modules/.package-lock.json");
    for (const hidden of [false, true]) {
      for (const [path, node] of locks) {
        if (isHidden(path) !== hidden) continue;
        const parsed = npmLock.parse(node.bytes, path);
        diagnostics.push(...parsed.diagnostics);
        const folder = path.slice(0, path.lastIndexOf("/") + 1);
        const project = hidden ? folder.slice(0, -"node_modules/".length) : folder;
        this.projects.set(project, new Set(parsed.result.filter((entry) => entry.dev).map((entry) => entry.place)));
      }
    }
  }

  isDev(path: string): boolean {
    const folder = path.slice(0, -"/package.json".length);
    for (let cut = folder.indexOf("node_modules/"); cut >= 0; cut = folder.indexOf("node_modules/", cut + 1)) {
      const places = this.projects.get(folder.slice(0, cut));
      if (places !== undefined) return places.has(folder.slice(cut));
    }
    return false;
  }
}
