import { parseArgs } from "node:util";
import { Severity, severityRank } from "#domain/severity.ts";
import { InputError, oneLine } from "./input-error.ts";

export const reportFormats = ["table", "json", "sarif", "cyclonedx", "spdx"] as const;
export type ReportFormat = (typeof reportFormats)[number];

export interface ScanArguments {
  target: string;
  advisories: string | null;
  platform: string | null;
  image: string | null;
  format: ReportFormat;
  /** The least severity that fails. */
  failOn: Severity | null;
  /** What could not be assessed fails, and a finding that nobody has rated. */
  failOnUnknown: boolean;
  verify: boolean;
  showHidden: boolean;
  timeoutSeconds: number;
}

export const scanUsage = `Usage: scan <target> [options]

<target> is an archive of docker save, an OCI archive, an OCI layout folder, or a reference such as
registry.example/app:1.2 (credentials from BREAKWATER_REGISTRY_USERNAME and BREAKWATER_REGISTRY_PASSWORD).

  --advisories <folder or file>  match against these; without it packages are listed and nothing is assessed
  --format <name>                table (default), json, sarif, cyclonedx or spdx
  --fail-on <severity>           exit code 1 when a finding that is not hidden is as bad: critical, high, medium or low;
                                 unknown = when something was seen but not assessed or is not rated, or the
                                 distribution's support has ended. Both: high,unknown
  --platform <os/arch>           which image of an index, for example linux/arm64
  --image <name>                 which image of an archive that holds several
  --show-hidden                  also list findings that are hidden by default (table only; the others always have them)
  --verify                       read every byte and compare all digests
  --timeout <seconds>            give up after this long (default 900)

Exit codes: 0 fine, 1 something at or above --fail-on, 2 unusable input or arguments, 3 a severity was given with
--fail-on and nothing in the image could be assessed.
`;

/** Reads the arguments of `scan`; null when help was asked for. Throws InputError. */
export function parseScanArguments(args: string[]): ScanArguments | null {
  const { values, positionals } = parse(args);
  if (values.help === true) return null;
  const [target, ...rest] = positionals;
  if (target === undefined)
    throw new InputError(
      "scan needs a target: an archive, an OCI layout folder or an image reference. See scan --help.",
    );
  if (rest.length > 0) throw new InputError(`scan takes one target, but got also: ${rest.join(" ")}.`);
  const platform = values.platform ?? null;
  if (platform !== null && !/^[a-z0-9]+\/[a-z0-9_]+(?:\/[a-z0-9]+)?$/.test(platform))
    throw new InputError(`--platform ${platform} is not of the form os/architecture[/variant].`);
  return {
    target,
    advisories: values.advisories ?? null,
    platform,
    image: values.image ?? null,
    format: readFormat(values.format),
    ...readThreshold(values["fail-on"]),
    verify: values.verify === true,
    showHidden: values["show-hidden"] === true,
    timeoutSeconds: readTimeout(values.timeout),
  };
}

function parse(args: string[]) {
  const text = { type: "string" } as const;
  const flag = { type: "boolean" } as const;
  const options = {
    advisories: text,
    platform: text,
    image: text,
    format: text,
    "fail-on": text,
    timeout: text,
    verify: flag,
    "show-hidden": flag,
    help: { type: "boolean", short: "h" },
  } as const;
  try {
    return parseArgs({ args, allowPositionals: true, options });
  } catch (error) {
    throw new InputError(oneLine(error), { cause: error });
  }
}

function readFormat(value: string | undefined): ReportFormat {
  const format = reportFormats.find((name) => name === (value ?? "table"));
  if (format === undefined)
    throw new InputError(`--format ${value} is not known. Known are ${reportFormats.join(", ")}.`);
  return format;
}

/** `high`, `unknown` or both with a comma; the mildest of several severities counts. */
function readThreshold(value: string | undefined): Pick<ScanArguments, "failOn" | "failOnUnknown"> {
  const words =
    value === undefined
      ? []
      : value
          .toLowerCase()
          .split(",")
          .map((word) => word.trim());
  const severities = words.filter((word) => word !== "unknown").map(readSeverity);
  severities.sort((a, b) => severityRank[a] - severityRank[b]);
  return { failOn: severities[0] ?? null, failOnUnknown: words.includes("unknown") };
}

function readSeverity(word: string): Severity {
  const severity = Severity.safeParse(word);
  if (!severity.success || severity.data === "informational" || severity.data === "unknown")
    throw new InputError(`--fail-on ${word} is not a severity. Known are critical, high, medium, low and unknown.`);
  return severity.data;
}

function readTimeout(value: string | undefined): number {
  const seconds = Number(value ?? 900);
  if (!Number.isFinite(seconds) || seconds <= 0) throw new InputError(`--timeout ${value} is not a number of seconds.`);
  return Math.min(seconds, 86_400);
}
