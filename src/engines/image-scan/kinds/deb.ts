import type { Diagnostic } from "#domain/evidence.ts";
import { packageKinds } from "#domain/package-kind.ts";
import { type DpkgPackage, dpkg } from "../analyzers/dpkg.ts";
import type { Inventory, OperatingSystem } from "../facts.ts";
import type { FileTree } from "../file-tree.ts";
import type { Owner, Ownership } from "../ownership.ts";
import { PackageHistory } from "../package-history.ts";
import type { FileNode } from "../tree-nodes.ts";
import { compare } from "../versions/deb.ts";
import { standingOf } from "./deb-origin.ts";
import type { ImagePackageKind, KindFindings, KindReader, ReadContext } from "./image-package-kind.ts";
import { ecosystemOf, missedDatabases, type SystemPackage, toInstalled } from "./system-package.ts";

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
    const found = [...this.readStatus(tree, diagnostics), ...readStatusFolder(tree, diagnostics)];
    addListedFiles(tree, ownersOf(found, os), ownership);
    return {
      packages: toInstalled(found, os, packageKinds.deb.ecosystems),
      skipped: [],
      outsiders: outsidersOf(found, os),
      diagnostics,
      hasDatabase: tree.file(statusFile) !== null || tree.filesIn(statusFolder).length > 0,
    };
  }

  private readStatus(tree: FileTree, diagnostics: Diagnostic[]): FoundDeb[] {
    const file = tree.file(statusFile);
    if (file === null) return [];
    diagnostics.push(...dpkg.parse(file.bytes, statusFile).diagnostics);
    return this.history
      .list()
      .map(({ found, layer }) => ({ ...found, type: "deb", analyser: "dpkg", path: statusFile, layer }));
  }
}

type FoundDeb = SystemPackage & DpkgPackage;

/** Distroless: one file per package in `status.d`, and `<package>.md5sums` beside it. */
function readStatusFolder(tree: FileTree, diagnostics: Diagnostic[]): FoundDeb[] {
  const result: FoundDeb[] = [];
  for (const { name, node } of tree.filesIn(statusFolder)) {
    if (name.endsWith(".md5sums")) continue;
    const path = `${statusFolder}/${name}`;
    const parsed = dpkg.parse(node.bytes, path);
    diagnostics.push(...parsed.diagnostics);
    for (const found of parsed.result) {
      const layer = firstLayerWith(node, path, found);
      result.push({ ...found, type: "deb", analyser: "dpkg-status.d", path, layer });
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

/** By name of the binary package, as the lists of owned files are named. */
function ownersOf(found: readonly FoundDeb[], os: OperatingSystem | null): Map<string, Owner> {
  return new Map(
    found.map((entry) => [
      entry.name,
      {
        name: entry.name,
        type: "deb",
        sourceName: entry.sourceName,
        ecosystem: ecosystemOf(os, packageKinds.deb.ecosystems),
        standing: standingOf(entry, os?.id ?? "debian"),
      },
    ]),
  );
}

/** Only on a distribution that is assessed: elsewhere nothing of its packages is known anyway. */
function outsidersOf(found: readonly FoundDeb[], os: OperatingSystem | null): Inventory["outsiders"] {
  if (os === null || ecosystemOf(os, packageKinds.deb.ecosystems) === "") return [];
  return found
    .filter((entry) => standingOf(entry, os.id) === "foreign")
    .map(({ name, version }) => ({ type: "deb", name, version }));
}

/** `dpkg/info/<package>[:<architecture>].list`, and `status.d/<package>.md5sums` of distroless images. */
function addListedFiles(tree: FileTree, owners: ReadonlyMap<string, Owner>, ownership: Ownership): void {
  const lists = [
    { folder: infoFolder, ending: ".list" },
    { folder: statusFolder, ending: ".md5sums" },
  ];
  for (const { folder, ending } of lists) {
    for (const { name, node } of tree.filesIn(folder)) {
      if (!name.endsWith(ending)) continue;
      const owner = owners.get(name.slice(0, -ending.length).replace(/:[^:]+$/, ""));
      if (owner !== undefined) ownership.addList(node.bytes, owner);
    }
  }
}
