import { type PackageType, packageKind } from "#domain/package-kind.ts";
import { riskOf } from "#domain/placement-counts.ts";
import { type Severity, severityRank } from "#domain/severity.ts";
import { imagePackageKinds } from "./kinds/all-kinds.ts";

/** An open finding as the plan needs it. */
export interface FixableFinding {
  vulnerabilityKey: string;
  severity: Severity;
  kev: boolean;
  fixedVersion: string | null;
  packageVersionId: string;
  type: PackageType;
  name: string;
  version: string;
  sourceName: string;
  sourceVersion: string;
  /** File that names the package, and whether it came with the base image; null where that is not known. */
  path: string | null;
  layer: number | null;
  isBase: boolean | null;
}

export interface FixCounts {
  total: number;
  critical: number;
  high: number;
  medium: number;
  low: number;
  unrated: number;
  kev: number;
}

/** Packages that are upgraded together: the binaries of one source package, or one library version. */
export interface PackageUpgrade {
  type: PackageType;
  /** Source package or library. */
  name: string;
  installed: string;
  target: string;
  packages: { id: string; name: string; version: string }[];
  path: string | null;
  layer: number | null;
  isBase: boolean | null;
  counts: FixCounts;
  vulnerabilities: string[];
}

/** One thing to do. `base` rebuilds on the current base image and so upgrades many packages at once. */
export interface FixStep {
  kind: "base" | "package";
  upgrades: PackageUpgrade[];
  counts: FixCounts;
}

export interface FixPlan {
  steps: FixStep[];
  /** All open findings, those some step closes, and those without a fix. */
  open: number;
  closed: number;
  unfixable: number;
}

/**
 * What to upgrade, best step first (known exploited, then critical, high, medium that it closes). Each upgrade goes to
 * the highest version that any of its findings asks for, so one step closes all of them. Upgrades of system packages that
 * came with the base image form one step, because a rebuild on the current base brings them together.
 */
export function planFixes(findings: readonly FixableFinding[]): FixPlan {
  const fixable = findings.filter((finding) => finding.fixedVersion !== null);
  const upgrades = [...groupBy(fixable, unitOf).values()].map(toUpgrade);
  const ofBase = upgrades.filter((upgrade) => upgrade.isBase && packageKind(upgrade.type).isSystem);
  const others = upgrades.filter((upgrade) => !ofBase.includes(upgrade));
  const steps: FixStep[] = others.map((upgrade) => ({ kind: "package", upgrades: [upgrade], counts: upgrade.counts }));
  if (ofBase.length > 0)
    steps.push({
      kind: "base",
      upgrades: ofBase.sort(byBenefit),
      counts: addCounts(ofBase.map((upgrade) => upgrade.counts)),
    });
  return {
    steps: steps.sort((a, b) => compareCounts(a.counts, b.counts) || compareText(stepName(a), stepName(b))),
    open: findings.length,
    closed: fixable.length,
    unfixable: findings.length - fixable.length,
  };
}

function unitOf(finding: FixableFinding): string {
  return packageKind(finding.type).upgradesBySource
    ? `${finding.type}\u0000${finding.sourceName}\u0000${finding.sourceVersion}`
    : `${finding.type}\u0000${finding.name}\u0000${finding.version}`;
}

function toUpgrade(findings: FixableFinding[]): PackageUpgrade {
  const [first] = findings;
  if (!first) throw new Error("an upgrade without findings");
  const packages = new Map(findings.map(({ packageVersionId: id, name, version }) => [id, { id, name, version }]));
  const bySource = packageKind(first.type).upgradesBySource;
  return {
    type: first.type,
    name: bySource ? first.sourceName : first.name,
    installed: bySource ? first.sourceVersion : first.version,
    target: highest(
      first.type,
      findings.map((finding) => finding.fixedVersion ?? ""),
    ),
    packages: [...packages.values()].sort((a, b) => compareText(a.name, b.name)),
    path: first.path,
    layer: first.layer,
    isBase: findings.some((finding) => finding.isBase === null) ? null : findings.every((finding) => finding.isBase),
    counts: countFindings(findings),
    vulnerabilities: [...new Set(findings.map((finding) => finding.vulnerabilityKey))].sort(),
  };
}

/** The version that closes everything that any of `versions` closes, by the order of its ecosystem; "" when there is none. */
export function highest(type: PackageType, versions: string[]): string {
  const { compare } = imagePackageKinds[type];
  const [first, ...others] = versions.filter((version) => isOrderable(type, version));
  return others.reduce((best, version) => (compare(version, best) > 0 ? version : best), first ?? versions[0] ?? "");
}

/** A version that its own ecosystem cannot order is no target while there is one that it can. */
function isOrderable(type: PackageType, version: string): boolean {
  try {
    return imagePackageKinds[type].compare(version, version) === 0;
  } catch {
    return false;
  }
}

function countFindings(findings: readonly FixableFinding[]): FixCounts {
  const count = (test: (finding: FixableFinding) => boolean) => findings.filter(test).length;
  return {
    total: findings.length,
    critical: count(({ severity }) => severity === "critical"),
    high: count(({ severity }) => severity === "high"),
    medium: count(({ severity }) => severity === "medium"),
    low: count(({ severity }) => severityRank[severity] === 1 || severityRank[severity] === 2),
    unrated: count(({ severity }) => severity === "unknown"),
    kev: count(({ kev }) => kev),
  };
}

function addCounts(all: readonly FixCounts[]): FixCounts {
  const sum = (pick: (counts: FixCounts) => number) => all.reduce((total, counts) => total + pick(counts), 0);
  return {
    total: sum((counts) => counts.total),
    critical: sum((counts) => counts.critical),
    high: sum((counts) => counts.high),
    medium: sum((counts) => counts.medium),
    low: sum((counts) => counts.low),
    unrated: sum((counts) => counts.unrated),
    kev: sum((counts) => counts.kev),
  };
}

function compareCounts(a: FixCounts, b: FixCounts): number {
  return riskOf(b) - riskOf(a) || b.total - a.total;
}

function byBenefit(a: PackageUpgrade, b: PackageUpgrade): number {
  return compareCounts(a.counts, b.counts) || compareText(a.name, b.name);
}

function stepName(step: FixStep): string {
  return step.kind === "base" ? "" : (step.upgrades[0]?.name ?? "");
}

function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

function groupBy<Item>(items: readonly Item[], keyOf: (item: Item) => string): Map<string, Item[]> {
  const groups = new Map<string, Item[]>();
  for (const item of items) {
    const group = groups.get(keyOf(item));
    if (group) group.push(item);
    else groups.set(keyOf(item), [item]);
  }
  return groups;
}
