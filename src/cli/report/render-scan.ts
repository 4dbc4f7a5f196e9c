import type { ReportFormat } from "../scan-arguments.ts";
import type { ScanResult } from "../scan-result.ts";

export interface RenderOptions {
  format: ReportFormat;
  showHidden: boolean;
  now: Date;
}

/** The text of a report. Each format is loaded only when it is asked for. */
export async function renderScan(result: ScanResult, options: RenderOptions): Promise<string> {
  switch (options.format) {
    case "json":
      return `${JSON.stringify(result, null, 2)}\n`;
    case "sarif":
      return (await import("./sarif.ts")).renderSarif(result);
    case "cyclonedx":
      return (await import("./cyclonedx.ts")).renderCycloneDx(result, options.now);
    case "spdx":
      return (await import("./spdx.ts")).renderSpdx(result, options.now);
    case "table":
      return (await import("./table.ts")).renderTable(result, options);
  }
}
