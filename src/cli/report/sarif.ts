import { productVersion } from "#domain/product-version.ts";
import type { Severity } from "#domain/severity.ts";
import type { ScanFinding, ScanResult } from "../scan-result.ts";

const levels: Record<Severity, "error" | "warning" | "note"> = {
  critical: "error",
  high: "error",
  medium: "warning",
  low: "note",
  informational: "note",
  unknown: "warning",
};
/** What code hosts sort by; the middle of each CVSS band. */
const scores: Record<Severity, string> = {
  critical: "9.5",
  high: "8.0",
  medium: "5.5",
  low: "2.0",
  informational: "0.0",
  unknown: "0.0",
};

/** SARIF 2.1.0: a rule per flaw, a result per flaw and package; hidden findings carry a suppression with the reason. */
export function renderSarif(result: ScanResult): string {
  const ids = [...new Set(result.findings.map((finding) => finding.id))].sort();
  const ruleIndex = new Map(ids.map((id, index) => [id, index]));
  const first = new Map<string, ScanFinding>();
  for (const finding of result.findings) if (!first.has(finding.id)) first.set(finding.id, finding);
  const log = {
    $schema: "https://json.schemastore.org/sarif-2.1.0.json",
    version: "2.1.0",
    runs: [
      {
        tool: {
          driver: {
            name: "Breakwater",
            version: productVersion,
            semanticVersion: productVersion,
            rules: [...first.values()].sort((a, b) => (a.id < b.id ? -1 : 1)).map(rule),
          },
        },
        automationDetails: { id: `container-image/${result.image.name}/` },
        columnKind: "utf16CodeUnits",
        originalUriBaseIds: { ROOTPATH: { uri: "file:///" } },
        invocations: [
          {
            executionSuccessful: true,
            toolExecutionNotifications: result.diagnostics.map((diagnostic) => ({
              level: "warning",
              descriptor: { id: diagnostic.code },
              message: {
                text: diagnostic.path === undefined ? diagnostic.message : `${diagnostic.message} (${diagnostic.path})`,
              },
            })),
          },
        ],
        results: result.findings.map((finding) => toResult(finding, result, ruleIndex.get(finding.id) ?? 0)),
        properties: {
          imageName: result.image.name,
          imageDigest: result.image.digest,
          completeness: result.completeness,
          coverage: result.coverage,
        },
      },
    ],
  };
  return `${JSON.stringify(log, null, 2)}\n`;
}

function rule(finding: ScanFinding) {
  return {
    id: finding.id,
    name: "VulnerablePackage",
    shortDescription: { text: `${finding.id} in ${finding.package}` },
    fullDescription: { text: [finding.id, ...finding.aliases].join(", ") },
    defaultConfiguration: { level: levels[finding.severity] },
    help: { text: `${finding.id}: ${remedy(finding)}` },
    properties: {
      tags: ["security", "vulnerability"],
      precision: "very-high",
      "security-severity": scores[finding.severity],
    },
  };
}

function toResult(finding: ScanFinding, result: ScanResult, ruleIndex: number) {
  return {
    ruleId: finding.id,
    ruleIndex,
    level: levels[finding.severity],
    message: {
      text: `${finding.package} ${finding.installedVersion} is affected by ${finding.id}. ${remedy(finding)}`,
    },
    locations: [
      {
        physicalLocation: {
          artifactLocation: { uri: encodeURI(finding.path), uriBaseId: "ROOTPATH" },
          region: { startLine: 1 },
        },
        message: { text: `${result.image.name}, layer ${finding.layer}` },
      },
    ],
    partialFingerprints: { "flawAndPackage/v1": `${finding.id}:${finding.purl}:${finding.path}` },
    ...(finding.hidden === null
      ? {}
      : { suppressions: [{ kind: "external", status: "accepted", justification: finding.hidden.reason }] }),
    properties: {
      purl: finding.purl,
      severity: finding.severity,
      fixedVersion: finding.fixedVersion,
      status: finding.status,
      vendorStatus: finding.vendorStatus,
      kev: finding.kev,
      epss: finding.epss,
      layer: finding.layer,
    },
  };
}

function remedy(finding: ScanFinding): string {
  return finding.fixedVersion === null
    ? "No fixed version is known."
    : `Upgrade ${finding.package} to ${finding.fixedVersion} or later.`;
}
