import type { Diagnostic } from "#domain/evidence.ts";
import { type ApkPackage, apk } from "./analyzers/apk.ts";
import { type DpkgPackage, dpkg } from "./analyzers/dpkg.ts";
import type { InstalledPackage, OperatingSystem, SkippedPackage } from "./facts.ts";
import type { FileNode, FileTree } from "./file-tree.ts";
import { addListedFiles, type Ownership } from "./ownership.ts";
import { PackageHistory } from "./package-history.ts";
import { osPackageUrl } from "./package-url.ts";

const dpkgStatus = "var/lib/dpkg/status";
const dpkgStatusFolder = "var/lib/dpkg/status.d";
const dpkgInfoFolder = "var/lib/dpkg/info";
const apkDatabases = ["lib/apk/db/installed", "usr/lib/apk/db/installed"];

export interface OsPackages {
  packages: InstalledPackage[];
  skipped: SkippedPackage[];
  diagnostics: Diagnostic[];
  /** Whether there is any package database at all. */
  hasDatabase: boolean;
  ownership: Ownership;
}

interface Found {
  type: "deb" | "apk";
  analyser: string;
  path: string;
  layer: number;
  name: string;
  version: string;
  arch: string | null;
  sourceName: string;
  sourceVersion: string;
}

/** Follows the package databases of an image through its layers and reads the final ones. */
export class OsPackageReader {
  private readonly dpkgHistory = new PackageHistory<DpkgPackage>(
    (bytes) => dpkg.parse(bytes, dpkgStatus).result,
    (found) => `${found.name}\0${found.arch}\0${found.version}\0${found.state}`,
  );
  private readonly apkHistories = apkDatabases.map(
    (path) =>
      new PackageHistory<ApkPackage>(
        (bytes) => apk.parse(bytes, path).result,
        (found) => `${found.name}\0${found.version}`,
      ),
  );

  /** To be called after every layer. */
  observe(tree: FileTree, layer: number): void {
    this.dpkgHistory.observe(tree.file(dpkgStatus)?.bytes ?? null, layer);
    apkDatabases.forEach((path, index) => {
      this.apkHistories[index]?.observe(tree.file(path)?.bytes ?? null, layer);
    });
  }

  /** What the databases of the finished file system say. */
  read(tree: FileTree, os: OperatingSystem | null): OsPackages {
    const ownership: Ownership = new Map();
    const diagnostics = missedDatabases(tree);
    const skipped: SkippedPackage[] = [];
    const found = [...this.readDpkg(tree, skipped, diagnostics), ...readStatusFolder(tree, ownership, diagnostics)];
    found.push(...this.readApk(tree, ownership, diagnostics));
    addDpkgOwnership(tree, found, ownership);
    const databases = [dpkgStatus, ...apkDatabases].filter((path) => tree.file(path) !== null);
    return {
      packages: distinct(found).map((entry) => toInstalled(entry, os)),
      skipped,
      diagnostics,
      hasDatabase: databases.length > 0 || tree.filesIn(dpkgStatusFolder).length > 0,
      ownership,
    };
  }

  private readDpkg(tree: FileTree, skipped: SkippedPackage[], diagnostics: Diagnostic[]): Found[] {
    const file = tree.file(dpkgStatus);
    if (file === null) return [];
    diagnostics.push(...dpkg.parse(file.bytes, dpkgStatus).diagnostics);
    const result: Found[] = [];
    for (const { found, layer } of this.dpkgHistory.list()) {
      if (isInstalled(found.state)) result.push({ ...found, type: "deb", analyser: "dpkg", path: dpkgStatus, layer });
      else
        skipped.push({
          name: found.name,
          version: found.version,
          path: dpkgStatus,
          reason: `Not fully installed: dpkg says ${found.state}.`,
        });
    }
    return result;
  }

  private readApk(tree: FileTree, ownership: Ownership, diagnostics: Diagnostic[]): Found[] {
    const result: Found[] = [];
    const seen = new Set<FileNode>();
    apkDatabases.forEach((path, index) => {
      const file = tree.file(path);
      // With a merged /usr both paths are the same file.
      if (file === null || seen.has(file)) return;
      seen.add(file);
      diagnostics.push(...apk.parse(file.bytes, path).diagnostics);
      for (const { found, layer } of this.apkHistories[index]?.list() ?? []) {
        for (const owned of found.ownedFiles) ownership.set(owned, { name: found.name, type: "apk" });
        result.push({
          ...found,
          type: "apk",
          analyser: "apk",
          path,
          layer,
          sourceName: found.origin,
          sourceVersion: found.version,
        });
      }
    });
    return result;
  }
}

function isInstalled(state: string): boolean {
  return state === "installed" || state === "triggers-pending" || state === "triggers-awaited";
}

/** Distroless: one file per package in `status.d`, and `<package>.md5sums` beside it. */
function readStatusFolder(tree: FileTree, ownership: Ownership, diagnostics: Diagnostic[]): Found[] {
  const result: Found[] = [];
  for (const { name, node } of tree.filesIn(dpkgStatusFolder)) {
    const path = `${dpkgStatusFolder}/${name}`;
    if (name.endsWith(".md5sums")) {
      addListedFiles(ownership, node.bytes, { name: name.slice(0, -".md5sums".length), type: "deb" });
      continue;
    }
    const parsed = dpkg.parse(node.bytes, path);
    diagnostics.push(...parsed.diagnostics);
    for (const found of parsed.result) {
      result.push({ ...found, type: "deb", analyser: "dpkg-status.d", path, layer: firstLayerWith(node, path, found) });
    }
  }
  return result;
}

/** Goes back over earlier contents of the same path as long as they hold the same version. */
function firstLayerWith(node: FileNode, path: string, wanted: DpkgPackage): number {
  let layer = node.layer;
  for (let older = node.previous; older !== null; older = older.previous) {
    const { result } = dpkg.parse(older.bytes, path);
    if (!result.some((found) => found.name === wanted.name && found.version === wanted.version)) break;
    layer = older.layer;
  }
  return layer;
}

/**
 * Packages from outside the distribution are not in its advisories, so what they ship must not be hidden behind them.
 * Their builders mark the version.
 */
const thirdPartyVersion = /nodesource|deb\.sury|ppa\d|~jessie1?$|\.(?:focal|jammy|noble)\.\d+$/;

function addDpkgOwnership(tree: FileTree, found: Found[], ownership: Ownership): void {
  const thirdParty = new Set(found.filter((entry) => thirdPartyVersion.test(entry.version)).map((entry) => entry.name));
  for (const { name, node } of tree.filesIn(dpkgInfoFolder)) {
    if (!name.endsWith(".list")) continue;
    const owner = name.slice(0, -".list".length).replace(/:[^:]+$/, "");
    if (!thirdParty.has(owner)) addListedFiles(ownership, node.bytes, { name: owner, type: "deb" });
  }
}

function missedDatabases(tree: FileTree): Diagnostic[] {
  return [dpkgStatus, ...apkDatabases]
    .filter((path) => tree.file(path) === null && tree.endsInLink(path))
    .map((path) => ({
      code: "database-not-read",
      message: "Not read: the package database is behind a link to a place that was not kept.",
      path,
    }));
}

function distinct(found: Found[]): Found[] {
  const byKey = new Map<string, Found>();
  for (const entry of found) {
    const key = `${entry.type}\0${entry.name}\0${entry.version}\0${entry.arch}`;
    if (!byKey.has(key)) byKey.set(key, entry);
  }
  return [...byKey.values()];
}

function toInstalled(entry: Found, os: OperatingSystem | null): InstalledPackage {
  return {
    type: entry.type,
    ecosystem: ecosystemFor(entry.type, os),
    name: entry.name,
    version: entry.version,
    sourceName: entry.sourceName,
    sourceVersion: entry.sourceVersion,
    arch: entry.arch,
    purl: osPackageUrl(entry.type, entry, os),
    path: entry.path,
    layer: entry.layer,
    dev: false,
    analyser: entry.analyser,
  };
}

function ecosystemFor(type: "deb" | "apk", os: OperatingSystem | null): string {
  const ecosystem = os?.ecosystem ?? "";
  return ecosystem.startsWith("Alpine:") === (type === "apk") ? ecosystem : "";
}
