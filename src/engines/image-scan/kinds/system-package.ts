import type { Diagnostic } from "#domain/evidence.ts";
import type { PackageType } from "#domain/package-kind.ts";
import type { InstalledPackage, OperatingSystem } from "../facts.ts";
import type { FileTree } from "../file-tree.ts";
import { systemPackageUrl } from "../package-url.ts";

/** A package as a distribution's database names it. */
export interface SystemPackage {
  type: PackageType;
  analyser: string;
  path: string;
  layer: number;
  name: string;
  version: string;
  arch: string | null;
  sourceName: string;
  sourceVersion: string;
}

/** Installed packages of a distribution; the same package of two databases is one. `ecosystems` are those that the kind may have. */
export function toInstalled(
  found: readonly SystemPackage[],
  os: OperatingSystem | null,
  ecosystems: readonly string[],
): InstalledPackage[] {
  const byKey = new Map<string, SystemPackage>();
  for (const entry of found) {
    const key = `${entry.name}\0${entry.version}\0${entry.arch}`;
    if (!byKey.has(key)) byKey.set(key, entry);
  }
  const ecosystem = ecosystemOf(os, ecosystems);
  return [...byKey.values()].map((entry) => ({
    type: entry.type,
    ecosystem,
    name: entry.name,
    version: entry.version,
    sourceName: entry.sourceName,
    sourceVersion: entry.sourceVersion,
    arch: entry.arch,
    purl: systemPackageUrl(entry.type, entry, os),
    path: entry.path,
    layer: entry.layer,
    dev: false,
    analyser: entry.analyser,
  }));
}

/** The distribution's ecosystem when it is one of `ecosystems`; empty for a kind of package that is not the distribution's. */
export function ecosystemOf(os: OperatingSystem | null, ecosystems: readonly string[]): string {
  const named = os?.ecosystem ?? "";
  return ecosystems.includes(named.split(":", 1)[0] ?? "") ? named : "";
}

/** Databases at these places that cannot be read because a link on the way leads out of what was kept. */
export function missedDatabases(tree: FileTree, paths: readonly string[]): Diagnostic[] {
  return paths
    .filter((path) => tree.file(path) === null && tree.endsInLink(path))
    .map((path) => ({
      code: "database-not-read",
      message: "Not read: the package database is behind a link to a place that was not kept.",
      path,
    }));
}
