import type { Diagnostic } from "#domain/evidence.ts";
import { packageKinds } from "#domain/package-kind.ts";
import { type DpkgPackage, dpkg } from "../analyzers/dpkg.ts";
import type { SkippedPackage } from "../facts.ts";
import type { FileTree } from "../file-tree.ts";
import type { Ownership } from "../ownership.ts";
import { PackageHistory } from "../package-history.ts";
import type { FileNode } from "../tree-nodes.ts";
import { compare } from "../versions/deb.ts";
import type { ImagePackageKind, KindFindings, KindReader, ReadContext } from "./image-package-kind.ts";
import { missedDatabases, type SystemPackage, toInstalled } from "./system-package.ts";

const statusFile = "var/lib/dpkg/status";
const statusFolder = "var/lib/dpkg/status.d";
const infoFolder = "var/lib/dpkg/info";

/** Packages of Debian and its relatives: dpkg's database, and the parts of it that distroless images carry. */
export const deb: ImagePackageKind = {
  type: "deb",
  analyzers: [dpkg],
  compare,
  ecosystems: {
    Debian: { name: "source", precedence: ["debian-tracker", "debian"] },
    Ubuntu: { name: "source", precedence: [] },
  },
  distributions: {
    debian: (release) => `Debian:${release}`,
    ubuntu: (release) => (/^\d*[02468]\.04$/.test(release) ? `Ubuntu:${release}:LTS` : `Ubuntu:${release}`),
  },
  reader: () => new DebReader(),
};

class DebReader implements KindReader {
  private readonly history = new PackageHistory<DpkgPackage>(
    (bytes) => dpkg.parse(bytes, statusFile).result,
    (found) => `${found.name}\0${found.arch}\0${found.version}\0${found.state}`,
  );

  observe(tree: FileTree, layer: number): void {
    this.history.observe(tree.file(statusFile)?.bytes ?? null, layer);
  }

  read({ tree, os, ownership }: ReadContext): KindFindings {
    const diagnostics = missedDatabases(tree, [statusFile]);
    const skipped: SkippedPackage[] = [];
    const found = [...this.readStatus(tree, skipped, diagnostics), ...readStatusFolder(tree, ownership, diagnostics)];
    addListedFiles(tree, found, ownership);
    return {
      packages: toInstalled(found, os, packageKinds.deb.ecosystems),
      skipped,
      diagnostics,
      hasDatabase: tree.file(statusFile) !== null || tree.filesIn(statusFolder).length > 0,
    };
  }

  private readStatus(tree: FileTree, skipped: SkippedPackage[], diagnostics: Diagnostic[]): SystemPackage[] {
    const file = tree.file(statusFile);
    if (file === null) return [];
    diagnostics.push(...dpkg.parse(file.bytes, statusFile).diagnostics);
    const result: SystemPackage[] = [];
    for (const { found, layer } of this.history.list()) {
      if (isInstalled(found.state)) result.push({ ...found, type: "deb", analyser: "dpkg", path: statusFile, layer });
      else
        skipped.push({
          name: found.name,
          version: found.version,
          path: statusFile,
          reason: `Not fully installed: dpkg says ${found.state}.`,
        });
    }
    return result;
  }
}

function isInstalled(state: string): boolean {
  return state === "installed" || state === "triggers-pending" || state === "triggers-awaited";
}

/** Distroless: one file per package in `status.d`, and `<package>.md5sums` beside it. */
function readStatusFolder(tree: FileTree, ownership: Ownership, diagnostics: Diagnostic[]): SystemPackage[] {
  const result: SystemPackage[] = [];
  for (const { name, node } of tree.filesIn(statusFolder)) {
    const path = `${statusFolder}/${name}`;
    if (name.endsWith(".md5sums")) {
      ownership.addList(node.bytes, { name: name.slice(0, -".md5sums".length), type: "deb" });
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

function addListedFiles(tree: FileTree, found: SystemPackage[], ownership: Ownership): void {
  const thirdParty = new Set(found.filter((entry) => thirdPartyVersion.test(entry.version)).map((entry) => entry.name));
  for (const { name, node } of tree.filesIn(infoFolder)) {
    if (!name.endsWith(".list")) continue;
    const owner = name.slice(0, -".list".length).replace(/:[^:]+$/, "");
    if (!thirdParty.has(owner)) ownership.addList(node.bytes, { name: owner, type: "deb" });
  }
}
