import type { Diagnostic } from "#domain/evidence.ts";
import { packageKinds } from "#domain/package-kind.ts";
import { type ApkPackage, apk as apkDatabase, ownedFiles } from "../analyzers/apk.ts";
import type { OperatingSystem } from "../facts.ts";
import type { FileTree } from "../file-tree.ts";
import type { Owner, Ownership } from "../ownership.ts";
import { PackageHistory } from "../package-history.ts";
import type { FileNode } from "../tree-nodes.ts";
import { compare } from "../versions/apk.ts";
import type { ImagePackageKind, KindFindings, KindReader, ReadContext } from "./image-package-kind.ts";
import { ecosystemOf, missedDatabases, type SystemPackage, toInstalled } from "./system-package.ts";

const databases = ["lib/apk/db/installed", "usr/lib/apk/db/installed"];
const byOrigin = { name: "source", precedence: [] } as const;

/** Packages of Alpine and its relatives: apk's installed database at its old and its new place. */
export const apk: ImagePackageKind = {
  type: "apk",
  analyzers: [apkDatabase],
  compare,
  ecosystems: { Alpine: byOrigin, Wolfi: byOrigin, Chainguard: byOrigin },
  distributions: { alpine: (release) => `Alpine:v${release}` },
  reader: () => new ApkReader(),
};

class ApkReader implements KindReader {
  private readonly histories = databases.map((path) => ({
    path,
    history: new PackageHistory<ApkPackage>(
      (bytes) => apkDatabase.parse(bytes, path).result,
      (found) => `${found.name}\0${found.version}`,
    ),
  }));

  observe(tree: FileTree, layer: number): void {
    for (const { path, history } of this.histories) history.observe(tree.file(path)?.bytes ?? null, layer);
  }

  read({ tree, os, ownership }: ReadContext): KindFindings {
    const diagnostics: Diagnostic[] = missedDatabases(tree, databases);
    const found: SystemPackage[] = [];
    const seen = new Set<FileNode>();
    for (const { path, history } of this.histories) {
      const file = tree.file(path);
      // With a merged /usr both paths are the same file.
      if (file === null || seen.has(file)) continue;
      seen.add(file);
      diagnostics.push(...apkDatabase.parse(file.bytes, path).diagnostics);
      const packages = history.list();
      for (const { found: pkg, layer } of packages) found.push(toSystemPackage(pkg, path, layer));
      addOwnedFiles(
        file.bytes,
        ownersOf(
          packages.map(({ found: pkg }) => pkg),
          os,
        ),
        ownership,
      );
    }
    return {
      packages: toInstalled(found, os, packageKinds.apk.ecosystems),
      skipped: [],
      diagnostics,
      hasDatabase: seen.size > 0,
    };
  }
}

function toSystemPackage(pkg: ApkPackage, path: string, layer: number): SystemPackage {
  const { name, version, arch, origin } = pkg;
  return { type: "apk", analyser: "apk", path, layer, name, version, arch, sourceName: origin, sourceVersion: version };
}

/** Alpine's repositories are the distribution itself; its database does not say which one a package came from. */
function ownersOf(packages: readonly ApkPackage[], os: OperatingSystem | null): Map<string, Owner> {
  const ecosystem = ecosystemOf(os, packageKinds.apk.ecosystems);
  return new Map(
    packages.map(({ name, origin }) => [
      name,
      { name, type: "apk", sourceName: origin, ecosystem, standing: "distribution" },
    ]),
  );
}

function addOwnedFiles(database: Uint8Array, owners: ReadonlyMap<string, Owner>, ownership: Ownership): void {
  for (const owned of ownedFiles(database)) {
    const owner = owners.get(owned.owner);
    if (owner !== undefined) ownership.add(owned.path, owner);
  }
}
