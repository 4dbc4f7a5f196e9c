import { isAnythingAssessed, notAssessed } from "#domain/coverage-statement.ts";
import { reachesSeverity } from "#domain/severity.ts";
import type { Inventory } from "#engines/image-scan/facts.ts";
import { type DistributionFeed, settleOwnership } from "#engines/image-scan/settle-ownership.ts";
import { openImage } from "./image/open-image.ts";
import { readInventory } from "./image/read-inventory.ts";
import { renderScan } from "./report/render-scan.ts";
import type { ScanAdvisories } from "./scan-advisories.ts";
import type { ScanArguments } from "./scan-arguments.ts";
import { type ScanResult, scanResult } from "./scan-result.ts";

/** What a scan comes to: the text for stdout, a note for stderr, and the exit code. */
export interface ScanOutcome {
  report: string;
  note: string;
  exitCode: number;
}

/** What a scan is given besides the arguments. */
export interface ScanSetting {
  now: Date;
  /** Makes a folder for what has to be unpacked; whoever gives it removes it. */
  scratch: () => string;
}

/** Scans one image and writes its report. Throws InputError when it cannot be read or the advisories cannot. */
export async function performScan(options: ScanArguments, { now, scratch }: ScanSetting): Promise<ScanOutcome> {
  const image = await openImage(options.target, { ...options, scratch });
  const found = await readInventory(image);
  const advisories = options.advisories === null ? null : await loadAdvisories(options.advisories, found);
  const settled = settleOwnership(found, advisories && distributionFeed(found, advisories));
  const result = await scanResult(image, settled, { advisories, now });
  return {
    report: await renderScan(result, { ...options, now }),
    note: thresholdNote(result, options),
    exitCode: exitCode(result, options),
  };
}

/** The matcher and the feed readers are only loaded when there is something to match. */
async function loadAdvisories(source: string, found: Inventory) {
  const { loadScanAdvisories } = await import("./scan-advisories.ts");
  return loadScanAdvisories(source, [...found.packages, ...found.undecided.map((entry) => entry.found)]);
}

/** Null when the advisories given do not speak of the image's distribution at all. */
function distributionFeed({ os }: Inventory, advisories: ScanAdvisories): DistributionFeed | null {
  if (os?.ecosystem == null || !advisories.ecosystems.has(os.ecosystem)) return null;
  return { knowsSource: (ecosystem, name) => advisories.ranges.has(`${ecosystem}\0${name}`) };
}

/** What the result means for `--fail-on`: 0 fine, 1 at or above it, 3 when nothing could be held against it. */
function exitCode(result: ScanResult, { failOn, failOnUnknown }: ScanArguments): 0 | 1 | 3 {
  const open = result.findings.filter((finding) => finding.hidden === null);
  if (failOn !== null && open.some((finding) => reachesSeverity(finding.severity, failOn))) return 1;
  const isUnknown =
    result.completeness === "partial" ||
    result.os?.endOfLife === true ||
    open.some((finding) => finding.severity === "unknown");
  if (failOnUnknown && isUnknown) return 1;
  return failOn !== null && !isAnythingAssessed(result.coverage) ? 3 : 0;
}

/** A threshold that was passed for want of knowledge says so, on stderr, where no report is written to. */
function thresholdNote(result: ScanResult, { failOn, failOnUnknown }: ScanArguments): string {
  if (failOn === null && !failOnUnknown) return "";
  const left = notAssessed(result.coverage);
  if (!isAnythingAssessed(result.coverage))
    return "Nothing in this image could be assessed, so --fail-on cannot be answered.\n";
  if (left.length === 0) return "";
  return `Not assessed: ${left.map(({ label }) => label).join(", ")}. --fail-on unknown makes that a failure.\n`;
}
