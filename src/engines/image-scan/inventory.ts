import type { Diagnostic } from "#domain/evidence.ts";
import { packageKind } from "#domain/package-kind.ts";
import { DiagnosticList } from "./diagnostic-list.ts";
import type { InstalledPackage, Inventory, LayerFacts, OperatingSystem, SetIdFiles, SkippedPackage } from "./facts.ts";
import { FileTree } from "./file-tree.ts";
import { allKinds } from "./kinds/all-kinds.ts";
import type { ImagePackageKind, KindFindings } from "./kinds/image-package-kind.ts";
import { operatingSystem } from "./operating-system.ts";
import { Ownership } from "./ownership.ts";

/** Set-id files that are named; an image made of nothing else must not fill the database. */
const NAMED_SET_ID_FILES = 1000;

/**
 * What is installed in an image. `layers` are its layers from the lowest up. The final file system is the truth: what a
 * higher layer deleted or replaced is not there. Pure and deterministic: the same layers give the same result, sorted.
 */
export function inventory(layers: LayerFacts[], kinds: readonly ImagePackageKind[] = allKinds): Inventory {
  const tree = new FileTree();
  const readers = inReadingOrder(kinds).map((kind) => kind.reader());
  const problems = new DiagnosticList();
  layers.forEach((facts, layer) => {
    tree.apply(facts, layer);
    for (const reader of readers) reader.observe?.(tree, layer);
    problems.addAll(facts.diagnostics);
  });
  problems.addAll(tree.diagnostics());
  const os = operatingSystem(tree);
  const context = { tree, os, ownership: new Ownership(tree) };
  const found: KindFindings[] = readers.map((reader) => reader.read(context));
  for (const { diagnostics } of found) problems.addAll(diagnostics);
  const osState = stateOf(
    os,
    found.some(({ hasDatabase }) => hasDatabase),
  );
  problems.addAll(explainState(osState, os));
  const diagnostics = problems.list();
  return {
    os,
    osState,
    packages: found.flatMap(({ packages }) => packages).sort(comparePackages),
    skipped: found.flatMap(({ skipped }) => skipped).sort(compareSkipped),
    setIdFiles: setIdFiles(layers, tree),
    diagnostics,
    completeness: diagnostics.length === 0 ? "complete" : "partial",
  };
}

/** System packages first: they say which files belong to them. */
function inReadingOrder(kinds: readonly ImagePackageKind[]): ImagePackageKind[] {
  const isSystem = (kind: ImagePackageKind) => packageKind(kind.type).isSystem;
  return [...kinds.filter(isSystem), ...kinds.filter((kind) => !isSystem(kind))];
}

/** Null when a layer was read before its modes were looked at. */
function setIdFiles(layers: LayerFacts[], tree: FileTree): SetIdFiles | null {
  if (layers.some((layer) => layer.setIdFiles === undefined)) return null;
  const files = [...tree.setIdFiles()].sort((a, b) => compareText(a.path, b.path));
  const unnamed = layers.reduce((sum, layer) => sum + (layer.setIdUnnamed ?? 0), 0);
  return { files: files.slice(0, NAMED_SET_ID_FILES), count: files.length + unnamed };
}

function stateOf(os: OperatingSystem | null, hasDatabase: boolean): Inventory["osState"] {
  if (!hasDatabase) return "none";
  return os?.ecosystem == null ? "unknown-distribution" : "known";
}

function explainState(state: Inventory["osState"], os: OperatingSystem | null): Diagnostic[] {
  if (state === "none") {
    const message = "The image has no package database, so nothing is known about its operating system packages.";
    return [{ code: "no-package-database", message }];
  }
  if (state === "known") return [];
  const name =
    os === null ? "Nothing in the image names its distribution" : `${os.name} is not a release with known advisories`;
  return [{ code: "unknown-distribution", message: `${name}: its packages are listed but not assessed.` }];
}

function comparePackages(a: InstalledPackage, b: InstalledPackage): number {
  return (
    compareText(a.type, b.type) ||
    compareText(a.name, b.name) ||
    compareText(a.version, b.version) ||
    compareText(a.path, b.path) ||
    compareText(a.arch ?? "", b.arch ?? "")
  );
}

function compareSkipped(a: SkippedPackage, b: SkippedPackage): number {
  return compareText(a.name, b.name) || compareText(a.version, b.version) || compareText(a.path, b.path);
}

function compareText(a: string, b: string): number {
  return a < b ? -1 : Number(a > b);
}
