import { cisDockerSections } from "#domain/cis-docker-sections.ts";
import type { AuditFormat } from "../audit-arguments.ts";
import type { AuditControl, AuditResult, PrintedStatus } from "../audit-result.ts";

const words: Record<PrintedStatus, string> = {
  pass: "pass",
  fail: "FAIL",
  notApplicable: "n/a",
  manual: "manual",
  unknown: "unknown",
};

/** The answer of `audit docker` in the asked form. */
export function renderAudit(result: AuditResult, format: AuditFormat): string {
  if (format === "json") return `${JSON.stringify(result, null, 2)}\n`;
  if (format === "sarif") return `${JSON.stringify(sarif(result), null, 2)}\n`;
  return format === "junit" ? junit(result) : table(result);
}

function table({ host, benchmark, controls, summary }: AuditResult): string {
  const lines = [
    `${printable(host.name ?? "unknown host")} · Docker ${host.dockerVersion ?? "unknown"} · ${benchmark}`,
    `${host.containersRunning ?? "?"} running containers, ${host.imagesInUse ?? "?"} of ${host.imagesTotal ?? "?"} images in use`,
    ...(host.managedBy ? [`Managed by ${host.managedBy.manager}: ${host.managedBy.signals.join(", ")}`] : []),
  ];
  let section = "";
  for (const control of controls) {
    const own = control.id.split(".")[0] ?? "";
    if (own !== section) lines.push("", `${own} ${cisDockerSections[own] ?? ""}`);
    section = own;
    lines.push(...controlLines(control));
  }
  lines.push(
    "",
    `${summary.total} controls: ${summary.pass} pass, ${summary.fail} fail, ${summary.manual} manual, ${summary.unknown} unknown, ${summary.notApplicable} not applicable`,
  );
  return `${lines.join("\n")}\n`;
}

function controlLines(control: AuditControl): string[] {
  const indent = " ".repeat(27);
  const head = `  ${words[control.status].padEnd(8)}${control.id.padEnd(8)}${control.severity.padEnd(9)}${control.title}`;
  if (control.status === "pass") return [head];
  const shown = control.status === "fail" ? control.findings.slice(0, 20) : [];
  const more = control.status === "fail" ? control.findings.length - shown.length : 0;
  return [
    head,
    `${indent}${printable(control.reason)}`,
    ...shown.map(
      (finding) =>
        `${indent}- ${printable(finding.item ?? "")}: ${printable(finding.actual)} (expected: ${printable(finding.expected)})`,
    ),
    ...(more > 0 ? [`${indent}- and ${more} more`] : []),
  ];
}

function sarif({ controls, benchmark, host }: AuditResult) {
  const open = controls.filter(({ status }) => status === "fail");
  return {
    $schema: "https://json.schemastore.org/sarif-2.1.0.json",
    version: "2.1.0",
    runs: [
      {
        tool: {
          driver: {
            name: "Breakwater",
            rules: controls.map((control) => ({
              id: control.rule,
              name: control.rule,
              shortDescription: { text: `${control.id} ${control.title}` },
              properties: { benchmark, control: control.id, severity: control.severity },
            })),
          },
        },
        results: open.flatMap((control) =>
          control.findings.map((finding) => ({
            ruleId: control.rule,
            level: sarifLevel(control),
            message: {
              text: `${finding.item ?? host.name ?? "this host"}: ${finding.path} is ${finding.actual}, expected ${finding.expected}`,
            },
            locations: [
              {
                logicalLocations: [
                  { fullyQualifiedName: `${host.name ?? "host"}/${finding.item ?? ""}`, kind: "resource" },
                ],
              },
            ],
            partialFingerprints: { item: `${control.rule}/${finding.item ?? ""}/${finding.path}` },
          })),
        ),
      },
    ],
  };
}

function sarifLevel({ severity }: AuditControl): "error" | "warning" | "note" {
  if (severity === "critical" || severity === "high") return "error";
  return severity === "medium" ? "warning" : "note";
}

function junit({ controls, benchmark, summary, host }: AuditResult): string {
  const cases = controls.map((control) => {
    const body =
      control.status === "fail"
        ? `<failure message="${xml(control.reason)}">${xml(control.findings.map((finding) => `${finding.item ?? ""}: ${finding.actual} (expected: ${finding.expected})`).join("\n"))}</failure>`
        : control.status === "pass"
          ? ""
          : `<skipped message="${xml(`${control.status}: ${control.reason}`)}"/>`;
    return `    <testcase classname="${xml(benchmark)}" name="${xml(`${control.id} ${control.title}`)}">${body}</testcase>`;
  });
  const skipped = summary.total - summary.pass - summary.fail;
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    `<testsuites tests="${summary.total}" failures="${summary.fail}">`,
    `  <testsuite name="${xml(`${benchmark} on ${host.name ?? "unknown host"}`)}" tests="${summary.total}" failures="${summary.fail}" skipped="${skipped}">`,
    ...cases,
    "  </testsuite>",
    "</testsuites>",
    "",
  ].join("\n");
}

/** Container names and labels are hostile: nothing of them may steer the terminal. */
function printable(text: string): string {
  return text.replace(/[\p{Cc}\u202a-\u202e\u2066-\u2069]/gu, "\ufffd");
}

function xml(text: string): string {
  return text
    .replace(/[^\t\n\r\u0020-\ud7ff\ue000-\ufffd]/g, "�")
    .replaceAll("&", "&amp;")
    .replaceAll("<", "&lt;")
    .replaceAll(">", "&gt;")
    .replaceAll('"', "&quot;")
    .replaceAll("\n", "&#10;");
}
