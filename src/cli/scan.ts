import { clock } from "#clock.ts";
import { reachesSeverity } from "#domain/severity.ts";
import type { Inventory } from "#engines/image-scan/facts.ts";
import { openImage } from "./image/open-image.ts";
import { readInventory } from "./image/read-inventory.ts";
import { InputError } from "./input-error.ts";
import { renderScan } from "./report/render-scan.ts";
import { parseScanArguments, type ScanArguments, scanUsage } from "./scan-arguments.ts";
import { type ScanResult, scanResult } from "./scan-result.ts";

/** Where a command writes to: the process, unless someone listens in. */
export interface Terminal {
  stdout: { write(text: string): unknown };
  stderr: { write(text: string): unknown };
}

/** `scan <target>`: lists what is in an image and what is known to be wrong with it. Answers the exit code. */
export async function run(args: string[], terminal: Terminal = process): Promise<number> {
  try {
    const options = parseScanArguments(args);
    if (options === null) {
      terminal.stdout.write(scanUsage);
      return 0;
    }
    const now = clock.now();
    const result = await scan(options, now);
    terminal.stdout.write(await renderScan(result, { ...options, now }));
    return isOverThreshold(result, options) ? 1 : 0;
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    terminal.stderr.write(`${error.message}\n`);
    return 2;
  }
}

/** Scans one image. Throws InputError when it cannot be read or the advisories cannot. */
export async function scan(options: ScanArguments, now: Date): Promise<ScanResult> {
  const signal = AbortSignal.timeout(options.timeoutSeconds * 1000);
  const image = await openImage(options.target, options);
  const found = await readInventory(image, signal).finally(() => image.close?.());
  const advisories = options.advisories === null ? null : await loadAdvisories(options.advisories, found);
  return scanResult(image, found, { advisories, now });
}

/** The matcher and the feed readers are only loaded when there is something to match. */
async function loadAdvisories(source: string, found: Inventory) {
  const { loadScanAdvisories } = await import("./scan-advisories.ts");
  return loadScanAdvisories(source, found.packages);
}

function isOverThreshold(result: ScanResult, options: ScanArguments): boolean {
  const { failOn } = options;
  return (
    failOn !== null &&
    result.findings.some((finding) => finding.hidden === null && reachesSeverity(finding.severity, failOn))
  );
}
