import {
  type CoverageStatement,
  coverageText,
  notAssessed,
  type WhyNoAdvisories,
  withAdvisories,
} from "#domain/coverage-statement.ts";
import type { Diagnostic } from "#domain/evidence.ts";
import { PackageType, packageKind } from "#domain/package-kind.ts";
import type { Severity } from "#domain/severity.ts";
import { coverageStatement } from "#engines/image-scan/coverage.ts";
import type { InstalledPackage, Inventory, MatchExplanation, PackageMatch } from "#engines/image-scan/facts.ts";
import { endOfLife, isEndOfLife } from "#engines/kit/end-of-life.ts";
import { releaseEndDates } from "#engines/kit/release-end-dates.ts";
import type { ScannableImage } from "./image/scannable-image.ts";
import type { ScanAdvisories } from "./scan-advisories.ts";

/** Why nothing is assessed when `--advisories` is left out. */
export const noAdvisoriesGiven = "no advisories were given, name some with --advisories";

/** One flaw in one package, as the JSON output names it. */
export interface ScanFinding {
  id: string;
  aliases: string[];
  purl: string;
  package: string;
  installedVersion: string;
  fixedVersion: string | null;
  severity: Severity;
  status: PackageMatch["status"];
  vendorStatus: string | null;
  kev: boolean;
  epss: number | null;
  layer: number;
  path: string;
  why: MatchExplanation;
  hidden: { reason: string } | null;
}

/** The JSON document of `scan`. */
export interface ScanResult {
  image: { name: string; digest: string; platform: string | null };
  os: { id: string; version: string; eol: string | null; endOfLife: boolean; state: Inventory["osState"] } | null;
  packages: Omit<InstalledPackage, "ecosystem" | "analyser">[];
  skipped: Inventory["skipped"];
  findings: ScanFinding[];
  /** What was assessed, what was seen and was not, and what nobody looks for. */
  coverage: CoverageStatement;
  diagnostics: Diagnostic[];
  /** `partial` as soon as anything could not be read or was seen and not assessed. */
  completeness: "complete" | "partial";
}

/**
 * Puts the result of a scan together. `advisories` null = nothing was matched, which the diagnostics say. Findings are
 * sorted worst first, then by id, package and path; one per flaw and installed package.
 */
export async function scanResult(
  image: ScannableImage,
  inventory: Inventory,
  options: { advisories: ScanAdvisories | null; now: Date },
): Promise<ScanResult> {
  const { advisories } = options;
  const diagnostics = [...inventory.diagnostics];
  const findings: ScanFinding[] = [];
  if (advisories !== null) {
    // Loaded only when there is something to match: listing packages shall not pay for the matcher.
    const { findVulnerabilities } = await import("./find-vulnerabilities.ts");
    findings.push(...findVulnerabilities(inventory, advisories, diagnostics));
  }
  if (advisories !== null) diagnostics.push(...advisories.diagnostics);
  const os = describeOs(inventory, advisories, options.now);
  const coverage = withEndOfLife(withAdvisories(coverageStatement(inventory), whyNone(advisories)), os);
  diagnostics.push(...explain(coverage, inventory));
  return {
    image: { name: image.name, digest: image.digest, platform: image.platform },
    os,
    packages: inventory.packages.map(({ ecosystem: _ecosystem, analyser: _analyser, ...pkg }) => pkg),
    skipped: inventory.skipped,
    findings,
    coverage,
    diagnostics,
    completeness: diagnostics.length === 0 ? "complete" : "partial",
  };
}

function describeOs(inventory: Inventory, advisories: ScanAdvisories | null, now: Date): ScanResult["os"] {
  if (inventory.os === null) return null;
  const { id, version } = inventory.os;
  const eol = endOfLife(inventory.os, advisories?.endDates) ?? endOfLife(inventory.os, releaseEndDates);
  return { id, version, eol, endOfLife: isEndOfLife(eol, now), state: inventory.osState };
}

function whyNone(advisories: ScanAdvisories | null): WhyNoAdvisories {
  if (advisories === null) return () => noAdvisoriesGiven;
  const { ecosystems } = advisories;
  return (ecosystem) =>
    ecosystems.has(ecosystem) || ecosystems.has(ecosystem.replace(/:LTS$/, ""))
      ? null
      : `the advisories hold nothing about ${ecosystem}`;
}

/** What is not assessed is a diagnostic too: silence in a list that readers know would look like a clean bill. */
function explain(coverage: CoverageStatement, { osState }: Inventory): Diagnostic[] {
  return notAssessed(coverage)
    .filter((entry) => !(osState === "unknown-distribution" && isSystemType(entry.kind)))
    .map((entry) => ({
      code: entry.ecosystem === null ? "seen-not-assessed" : "no-advisories",
      message: `Not assessed: ${coverageText(entry)}.`,
      ...(entry.ecosystem === null && entry.examples[0] !== undefined ? { path: entry.examples[0] } : {}),
    }));
}

/** Nobody writes down the flaws of a release that is past its end: what was assessed is assessed up to that day. */
function withEndOfLife(coverage: CoverageStatement, os: ScanResult["os"]): CoverageStatement {
  if (os?.endOfLife !== true) return coverage;
  const reason = `its support ended on ${os.eol}, flaws found since are not known`;
  return coverage.map((entry) =>
    entry.state === "assessed" && isSystemType(entry.kind) ? { ...entry, reason } : entry,
  );
}

/** Packages of a distribution without known advisories have their own diagnostic already. */
function isSystemType(kind: string): boolean {
  const type = PackageType.safeParse(kind);
  return type.success && packageKind(type.data).isSystem;
}
