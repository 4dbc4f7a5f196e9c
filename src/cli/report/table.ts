import {
  type CoverageEntry,
  coverageStates,
  coverageText,
  coverageWords,
  isAnythingAssessed,
} from "#domain/coverage-statement.ts";
import { severities } from "#domain/severity.ts";
import { noAdvisoriesGiven, type ScanFinding, type ScanResult } from "../scan-result.ts";

/** The report for people at a terminal: what was scanned, the findings worst first, what is hidden, what was not read. */
export function renderTable(result: ScanResult, options: { showHidden: boolean }): string {
  const shown = result.findings.filter((finding) => options.showHidden || finding.hidden === null);
  const blocks = [head(result), findingTable(shown), summary(result), coverage(result), notes(result)];
  return `${blocks.filter((block) => block !== "").join("\n\n")}\n`;
}

function head({ image, os, packages }: ScanResult): string {
  const system = os === null ? "no distribution named" : `${os.id} ${os.version}`.trim();
  const support = os?.endOfLife === true ? `, no security fixes since ${os.eol}` : "";
  return [
    `${clean(image.name)} (${image.platform ?? "platform unknown"})`,
    `${image.digest}`,
    `${clean(system)}${support} · ${packages.length} ${packages.length === 1 ? "package" : "packages"}`,
  ].join("\n");
}

function findingTable(findings: ScanFinding[]): string {
  if (findings.length === 0) return "";
  const rows = findings.map((finding) => [
    finding.severity,
    finding.id + (finding.kev ? " (exploited)" : ""),
    finding.package,
    finding.installedVersion,
    finding.fixedVersion ?? statusText(finding),
    `${finding.layer}`,
    finding.path,
  ]);
  return columns([["SEVERITY", "VULNERABILITY", "PACKAGE", "INSTALLED", "FIXED IN", "LAYER", "PATH"], ...rows]);
}

const statusTexts: Record<ScanFinding["status"], string> = {
  fixed: "fixed",
  affected: "no fix yet",
  willNotFix: "will not be fixed",
  deferred: "fix deferred",
  endOfLife: "end of life",
  underReview: "under review",
};

function statusText(finding: ScanFinding): string {
  return `(${finding.hidden === null ? statusTexts[finding.status] : "hidden"})`;
}

function summary({ findings, coverage: statement, completeness }: ScanResult): string {
  if (!isAnythingAssessed(statement)) {
    const isGiven = statement.every(({ reason }) => reason !== noAdvisoriesGiven);
    return isGiven
      ? "Nothing was assessed, so nothing is known about vulnerabilities."
      : "Not assessed: no advisories were given. Name some with --advisories <folder or file>.";
  }
  const open = findings.filter((finding) => finding.hidden === null);
  const counts = severities.map((severity) => ({
    severity,
    count: open.filter((finding) => finding.severity === severity).length,
  }));
  const parts = counts
    .filter(({ count }) => count > 0)
    .map(({ severity, count }) => `${count} ${severity === "unknown" ? "unrated" : severity}`);
  const none =
    completeness === "complete" ? "No known vulnerabilities." : "No known vulnerabilities in what was assessed.";
  const noun = open.length === 1 ? "finding" : "findings";
  const lines = [open.length === 0 ? none : `${open.length} ${noun}: ${parts.join(", ")}.`];
  const hidden = new Map<string, number>();
  for (const finding of findings) {
    if (finding.hidden === null) continue;
    // The reason of one finding names its versions in brackets; the sum of many does not.
    const reason = withoutBrackets(finding.hidden.reason);
    hidden.set(reason, (hidden.get(reason) ?? 0) + 1);
  }
  for (const [reason, count] of hidden) lines.push(`${count} hidden: ${reason}`);
  return lines.join("\n");
}

function withoutBrackets(text: string): string {
  const start = text.indexOf(" (");
  const end = start < 0 ? -1 : text.indexOf(")", start);
  return end < 0 ? text : text.slice(0, start) + text.slice(end + 1);
}

/** The coverage statement, one line per entry under its state. */
function coverage({ coverage: statement }: ScanResult): string {
  return coverageStates
    .flatMap((state) => {
      const entries = statement.filter((entry) => entry.state === state);
      if (entries.length === 0) return [];
      return [`${coverageWords[state]}:`, ...entries.map((entry) => `  ${clean(coverageText(entry))}${named(entry)}`)];
    })
    .join("\n");
}

function named({ state, examples, count }: CoverageEntry): string {
  if (state === "assessed" || examples.length === 0) return "";
  const more = (count ?? 0) > examples.length ? ", …" : "";
  return ` (${clean(examples.join(", "))}${more})`;
}

function notes({ diagnostics, skipped, completeness }: ScanResult): string {
  // What is not assessed stands in the coverage statement above.
  const shown = diagnostics.filter(({ code }) => code !== "seen-not-assessed" && code !== "no-advisories");
  const lines = shown.map(
    (diagnostic) => `! ${diagnostic.message}${diagnostic.path === undefined ? "" : ` (${clean(diagnostic.path)})`}`,
  );
  if (completeness === "partial")
    lines.unshift(lines.length > 0 ? "This result is not complete:" : "This result is not complete.");
  if (skipped.length > 0)
    lines.push(
      `${skipped.length} ${skipped.length === 1 ? "package is" : "packages are"} not assessed on their own, for example ${clean(skipped[0]?.name ?? "")}: ${skipped[0]?.reason}`,
    );
  return lines.join("\n");
}

function columns(rows: string[][]): string {
  const widths = (rows[0] ?? []).map((_, column) =>
    rows.reduce((most, row) => Math.max(most, (row[column] ?? "").length), 0),
  );
  return rows
    .map((row) =>
      row
        .map((cell, column) => clean(cell).padEnd(widths[column] ?? 0))
        .join("  ")
        .trimEnd(),
    )
    .join("\n");
}

/** Names come out of foreign images: control characters must not reach the terminal. */
function clean(text: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is taken out
  return text.replace(/[\u0000-\u001f\u007f-\u009f]/g, "?");
}
