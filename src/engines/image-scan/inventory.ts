import type { Diagnostic } from "#domain/evidence.ts";
import { packageKind } from "#domain/package-kind.ts";
import { unreadKind } from "#domain/unread-kind.ts";
import { displayName } from "./byte-names.ts";
import { completenessOf } from "./coverage.ts";
import { DiagnosticList } from "./diagnostic-list.ts";
import type { Inventory, LayerFacts, OperatingSystem, SetIdFiles, UndecidedPackage, UnreadFile } from "./facts.ts";
import { FileTree } from "./file-tree.ts";
import { allKinds } from "./kinds/all-kinds.ts";
import type { ImagePackageKind, KindFindings } from "./kinds/image-package-kind.ts";
import { operatingSystem } from "./operating-system.ts";
import { Ownership } from "./ownership.ts";
import { findSeen, unownedSeen } from "./seen-kinds.ts";
import { comparePackages, compareSkipped } from "./settle-ownership.ts";

/** Set-id files that are named; an image made of nothing else must not fill the database. */
const NAMED_SET_ID_FILES = 1000;
/** Far more than any real image has; what is behind it is the flood of a hostile one. */
const MOST_PACKAGES = 250_000;

/**
 * What is installed in an image. `layers` are its layers from the lowest up. The final file system is the truth: what a
 * higher layer deleted or replaced is not there. Pure and deterministic: the same layers give the same result, sorted.
 */
export function inventory(layers: LayerFacts[], kinds: readonly ImagePackageKind[] = allKinds): Inventory {
  return takeInventory(layers, kinds).inventory;
}

/**
 * The inventory, and the files whose content it asked for in vain (targets of links). When a second reading of their layers
 * with these paths wanted is possible, the inventory that follows it knows more.
 */
export function takeInventory(
  layers: LayerFacts[],
  kinds: readonly ImagePackageKind[] = allKinds,
): { inventory: Inventory; unread: UnreadFile[] } {
  const tree = new FileTree();
  const readers = inReadingOrder(kinds).map((kind) => kind.reader());
  const problems = new DiagnosticList();
  layers.forEach((facts, layer) => {
    tree.apply(facts, layer);
    for (const reader of readers) reader.observe?.(tree, layer);
    problems.addAll(facts.diagnostics);
  });
  const os = operatingSystem(tree);
  const seenFiles = findSeen(tree);
  const ownership = new Ownership(tree, [...seenFiles.files.map(({ path }) => path), ...seenFiles.programs]);
  const found: KindFindings[] = readers.map((reader) => reader.read({ tree, os, ownership }));
  const installRoots = new Set(found.flatMap((kind) => [...(kind.installRoots ?? [])]));
  const seen = unownedSeen(seenFiles, ownership, installRoots);
  problems.addAll(tree.diagnostics());
  for (const { diagnostics } of found) problems.addAll(diagnostics);
  const isRead = found.some(({ hasDatabase }) => hasDatabase);
  const osState = stateOf(os, { isRead, isSeen: seen.seen.some(({ kind }) => unreadKind(kind).isSystem) });
  if (isRead || osState === "none") problems.addAll(explainState(osState, os));
  const kept = {
    packages: withinLimit(found.flatMap(({ packages }) => packages).sort(comparePackages), problems),
    skipped: withinLimit(found.flatMap(({ skipped }) => skipped).sort(compareSkipped), problems),
    undecided: found.flatMap(({ undecided }) => undecided ?? []).map(withDisplayOwner),
    outsiders: found.flatMap(({ outsiders }) => outsiders ?? []),
  };
  const diagnostics = problems.list();
  const read = { os, osState, ...kept, ...displaySeen(seen), setIdFiles: setIdFiles(tree), diagnostics };
  return { inventory: { ...read, completeness: completenessOf(read) }, unread: tree.unread() };
}

/** Which contents one layer alone lacks: its hard links to files of its own that no name made wanted. */
export function unreadInLayer(facts: LayerFacts): string[] {
  const tree = new FileTree();
  tree.apply(facts, 0);
  return tree.unread().map(({ path }) => path);
}

/** System packages first: they say which files belong to them. */
function inReadingOrder(kinds: readonly ImagePackageKind[]): ImagePackageKind[] {
  const isSystem = (kind: ImagePackageKind) => packageKind(kind.type).isSystem;
  return [...kinds.filter(isSystem), ...kinds.filter((kind) => !isSystem(kind))];
}

function setIdFiles(tree: FileTree): SetIdFiles {
  const files = [...tree.setIdFiles()].sort((a, b) => compareText(a.path, b.path));
  return { files: files.slice(0, NAMED_SET_ID_FILES).map(withDisplayPath), count: files.length };
}

/** Names of files are bytes inside; what leaves is text that every reader and the database take. */
function withDisplayPath<Entry extends { path: string }>(entry: Entry): Entry {
  return entry.path.isWellFormed() ? entry : { ...entry, path: displayName(entry.path) };
}

function withDisplayOwner({ found, owner }: UndecidedPackage): UndecidedPackage {
  return { found: withDisplayPath(found), owner };
}

function withinLimit<Entry extends { path: string }>(entries: Entry[], problems: DiagnosticList): Entry[] {
  if (entries.length > MOST_PACKAGES)
    problems.add({
      code: "too-many-packages",
      message: `The image has ${entries.length} packages; the first ${MOST_PACKAGES} are listed.`,
    });
  return entries.slice(0, MOST_PACKAGES).map(withDisplayPath);
}

function displaySeen({ seen, undecidedSeen, programs }: ReturnType<typeof unownedSeen>) {
  const shown = (path: string) => (path.isWellFormed() ? path : displayName(path));
  return {
    seen: seen.map((entry) => ({ ...entry, paths: entry.paths.map(shown) })),
    undecidedSeen: undecidedSeen.map(withDisplayPath),
    programs: { ...programs, paths: programs.paths.map(shown) },
  };
}

/** A database that was seen and cannot be read is one: its packages are there, and nothing is known of them. */
function stateOf(os: OperatingSystem | null, database: { isRead: boolean; isSeen: boolean }): Inventory["osState"] {
  if (!database.isRead) return database.isSeen ? "unknown-distribution" : "none";
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

function compareText(a: string, b: string): number {
  return a < b ? -1 : Number(a > b);
}
