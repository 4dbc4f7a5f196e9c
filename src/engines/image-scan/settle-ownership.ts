import { completenessOf } from "./coverage.ts";
import type { InstalledPackage, Inventory, SkippedPackage, UndecidedPackage } from "./facts.ts";
import { addSeen, countByKind } from "./seen-kinds.ts";

/** What is known of the distribution's advisories when ownership is settled. */
export interface DistributionFeed {
  /** True when they speak of that source package. */
  knowsSource(ecosystem: string, sourceName: string): boolean;
}

/**
 * Decides about what lies in a system package of which nobody could tell whose it is. Where the distribution's advisories
 * know its source it is the distribution's, and what lies in it is judged with it; else it is somebody else's and hides
 * nothing. `feed` null = no advisories of the distribution at hand: then it is taken for the distribution's.
 */
export function settleOwnership(inventory: Inventory, feed: DistributionFeed | null): Inventory {
  const isForeign = (owner: { ecosystem: string; sourceName: string }) =>
    feed !== null && !feed.knowsSource(owner.ecosystem, owner.sourceName);
  const foreign = inventory.undecided.filter(({ owner }) => isForeign(owner));
  const own = inventory.undecided.filter(({ owner }) => !isForeign(owner));
  const foreignSeen = inventory.undecidedSeen.filter(({ owner }) => isForeign(owner));
  const seen = addSeen(inventory.seen, countByKind(foreignSeen));
  const settled = {
    ...inventory,
    packages: [...inventory.packages, ...foreign.map(({ found }) => found)].sort(comparePackages),
    skipped: [...inventory.skipped, ...own.map(skippedFor)].sort(compareSkipped),
    undecided: [],
    seen,
    undecidedSeen: [],
  };
  return { ...settled, completeness: completenessOf(settled) };
}

/** The entry of a package that is judged with the system package it belongs to. */
export function skippedFor({ found, owner }: UndecidedPackage): SkippedPackage {
  const { name, version, path } = found;
  return {
    name,
    version,
    path,
    reason: `Belongs to the ${owner.type} package ${owner.name}, which is assessed instead.`,
  };
}

/** Order of packages in every output: type, name, version, path, architecture. */
export function comparePackages(a: InstalledPackage, b: InstalledPackage): number {
  return (
    compareText(a.type, b.type) ||
    compareText(a.name, b.name) ||
    compareText(a.version, b.version) ||
    compareText(a.path, b.path) ||
    compareText(a.arch ?? "", b.arch ?? "")
  );
}

export function compareSkipped(a: SkippedPackage, b: SkippedPackage): number {
  return compareText(a.name, b.name) || compareText(a.version, b.version) || compareText(a.path, b.path);
}

function compareText(a: string, b: string): number {
  return a < b ? -1 : Number(a > b);
}
