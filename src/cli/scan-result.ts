import type { Diagnostic } from "#domain/evidence.ts";
import type { Severity } from "#domain/severity.ts";
import type { InstalledPackage, Inventory, MatchExplanation, PackageMatch } from "#engines/image-scan/facts.ts";
import { endOfLife, isEndOfLife } from "#engines/kit/end-of-life.ts";
import { releaseEndDates } from "#engines/kit/release-end-dates.ts";
import type { ScannableImage } from "./image/scannable-image.ts";
import type { ScanAdvisories } from "./scan-advisories.ts";

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
  diagnostics: Diagnostic[];
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
  if (advisories !== null) diagnostics.push(...advisories.diagnostics, ...missingFeeds(inventory, advisories));
  return {
    image: { name: image.name, digest: image.digest, platform: image.platform },
    os: describeOs(inventory, advisories, options.now),
    packages: inventory.packages.map(({ ecosystem: _ecosystem, analyser: _analyser, ...pkg }) => pkg),
    skipped: inventory.skipped,
    findings,
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

/** Packages that no given file speaks of were not assessed; silence would look like a clean bill. */
function missingFeeds(inventory: Inventory, advisories: ScanAdvisories): Diagnostic[] {
  const wanted = new Set(inventory.packages.map((pkg) => pkg.ecosystem).filter((ecosystem) => ecosystem !== ""));
  return [...wanted]
    .filter(
      (ecosystem) =>
        !advisories.ecosystems.has(ecosystem) && !advisories.ecosystems.has(ecosystem.replace(/:LTS$/, "")),
    )
    .map((ecosystem) => ({
      code: "no-advisories",
      message: `The advisories hold nothing about ${ecosystem}, so its packages were not assessed.`,
    }));
}
