import { parseArgs } from "node:util";
import { Severity } from "#domain/severity.ts";
import { InputError, oneLine } from "./input-error.ts";

export const auditFormats = ["table", "json", "sarif", "junit"] as const;
export type AuditFormat = (typeof auditFormats)[number];
export type AuditBenchmark = "1.8.0" | "1.2.0";

export interface AuditArguments {
  evidence: string | null;
  saveEvidence: string | null;
  policy: string | null;
  benchmark: AuditBenchmark;
  format: AuditFormat;
  failOn: Severity | null;
  assessManaged: boolean;
}

export const auditUsage = `Usage: audit docker [options]

Holds this host's Docker engine, or evidence saved on another host, against the CIS Docker Benchmark.

  --evidence <folder>       answer from saved evidence instead of the engine of this host
  --save-evidence <folder>  also write the evidence that was read, with secrets redacted
  --benchmark <version>     1.8.0 (default) or 1.2.0
  --policy <file>           what this site expects (trusted users, ports, thresholds …) as JSON
  --format <name>           table (default), json, sarif or junit
  --fail-on <severity>      exit code 1 when a control of that severity or worse fails: critical, high, medium or low
  --assess-managed          assess although the host is managed by AKS or Databricks

The engine of this host is read through DOCKER_HOST (unix:// only) and HOST_ROOT; only GET requests are sent.
Exit codes: 0 fine, 1 something at or above --fail-on, 2 unusable input or arguments.
`;

/** Reads the arguments behind \`audit docker\`; null when help was asked for. Throws InputError. */
export function parseAuditArguments(args: string[]): AuditArguments | null {
  const { values, positionals } = parse(args);
  if (values.help === true) return null;
  const [subject, ...rest] = positionals;
  if (subject !== "docker")
    throw new InputError(`audit knows docker, but got ${subject ?? "nothing"}. See audit --help.`);
  if (rest.length > 0) throw new InputError(`audit docker takes no further words, but got: ${rest.join(" ")}.`);
  if (values.evidence !== undefined && values["save-evidence"] !== undefined) {
    throw new InputError("--evidence and --save-evidence exclude each other: evidence is either read or saved.");
  }
  return {
    evidence: values.evidence ?? null,
    saveEvidence: values["save-evidence"] ?? null,
    policy: values.policy ?? null,
    benchmark: readBenchmark(values.benchmark),
    format: readFormat(values.format),
    failOn: readSeverity(values["fail-on"]),
    assessManaged: values["assess-managed"] === true,
  };
}

function parse(args: string[]) {
  const text = { type: "string" } as const;
  const options = {
    evidence: text,
    "save-evidence": text,
    policy: text,
    benchmark: text,
    format: text,
    "fail-on": text,
    "assess-managed": { type: "boolean" },
    help: { type: "boolean", short: "h" },
  } as const;
  try {
    return parseArgs({ args, allowPositionals: true, options });
  } catch (error) {
    throw new InputError(oneLine(error), { cause: error });
  }
}

function readBenchmark(value: string | undefined): AuditBenchmark {
  if (value === undefined || value === "1.8.0") return "1.8.0";
  if (value === "1.2.0") return value;
  throw new InputError(`--benchmark ${value} is not known. Known are 1.8.0 and 1.2.0.`);
}

function readFormat(value: string | undefined): AuditFormat {
  const format = auditFormats.find((name) => name === (value ?? "table"));
  if (format === undefined)
    throw new InputError(`--format ${value} is not known. Known are ${auditFormats.join(", ")}.`);
  return format;
}

function readSeverity(value: string | undefined): Severity | null {
  if (value === undefined) return null;
  const severity = Severity.safeParse(value.toLowerCase());
  if (!severity.success || severity.data === "unknown" || severity.data === "informational") {
    throw new InputError(`--fail-on ${value} is not a severity. Known are critical, high, medium, low.`);
  }
  return severity.data;
}
