import type { Diagnostic } from "#domain/evidence.ts";
import { severityRank } from "#domain/severity.ts";
import { advisoryKeys } from "#engines/image-scan/advisory-keys.ts";
import type { InstalledPackage, Inventory, PackageMatch } from "#engines/image-scan/facts.ts";
import { matchPackage } from "#engines/image-scan/match-advisories.ts";
import type { ScanAdvisories } from "./scan-advisories.ts";
import type { ScanFinding } from "./scan-result.ts";

/**
 * Holds every package against the advisories: one finding per flaw and installed package, worst first, then by id, package
 * and path. What could not be judged is added to `diagnostics`.
 */
export function findVulnerabilities(
  inventory: Inventory,
  advisories: ScanAdvisories,
  diagnostics: Diagnostic[],
): ScanFinding[] {
  const findings: ScanFinding[] = [];
  const matched = new Map<string, PackageMatch[]>();
  for (const pkg of inventory.packages) {
    const identity = `${pkg.ecosystem}\0${pkg.name}\0${pkg.version}\0${pkg.sourceName}\0${pkg.sourceVersion}`;
    let matches = matched.get(identity);
    if (matches === undefined) {
      const result = matchPackage(pkg, candidatesOf(pkg, advisories));
      diagnostics.push(...result.diagnostics.map((diagnostic) => ({ ...diagnostic, path: pkg.path })));
      matches = result.matches;
      matched.set(identity, matches);
    }
    findings.push(...matches.map((match) => toFinding(pkg, match, advisories)));
  }
  return findings.sort(compareFindings);
}

function candidatesOf(pkg: InstalledPackage, advisories: ScanAdvisories) {
  return advisoryKeys(pkg).flatMap((key) => advisories.ranges.get(`${key.ecosystem}\0${key.packageName}`) ?? []);
}

function toFinding(pkg: InstalledPackage, match: PackageMatch, advisories: ScanAdvisories): ScanFinding {
  const names = [match.vulnerabilityKey, ...match.aliases];
  const scores = names.map((name) => advisories.probabilities.get(name)).filter((score) => score !== undefined);
  return {
    id: match.vulnerabilityKey,
    aliases: match.aliases,
    purl: pkg.purl,
    package: pkg.name,
    installedVersion: pkg.version,
    fixedVersion: match.fixedVersion,
    severity: match.severity,
    status: match.status,
    vendorStatus: match.vendorStatus,
    kev: names.some((name) => advisories.exploited.has(name)),
    epss: scores.length === 0 ? null : Math.max(...scores),
    layer: pkg.layer,
    path: pkg.path,
    why: match.why,
    hidden: match.hiddenReason === null ? null : { reason: match.hiddenReason },
  };
}

function compareFindings(a: ScanFinding, b: ScanFinding): number {
  return (
    severityRank[b.severity] - severityRank[a.severity] ||
    compareText(a.id, b.id) ||
    compareText(a.purl, b.purl) ||
    compareText(a.path, b.path)
  );
}

function compareText(a: string, b: string): number {
  return a < b ? -1 : Number(a > b);
}
