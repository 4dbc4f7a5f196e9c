import { packageKind, packageTypeOf } from "#domain/package-kind.ts";
import type { DemoAffected, DemoFlaw } from "./demo-flaw.ts";
import { languageFlaws } from "./demo-language-flaws.ts";
import { systemFlaws } from "./demo-system-flaws.ts";

/** Flaws known to be exploited, with the dates of CISA's catalogue. */
export const demoExploited = [
  {
    key: "CVE-2023-4863",
    addedAt: "2023-09-13T00:00:00Z",
    dueAt: "2023-10-04T00:00:00Z",
    action: "Update, or stop using the product.",
  },
  {
    key: "CVE-2023-44487",
    addedAt: "2023-10-10T00:00:00Z",
    dueAt: "2023-10-31T00:00:00Z",
    action: "Update, or limit how many streams a client may reset.",
  },
  {
    key: "CVE-2023-4911",
    addedAt: "2023-11-21T00:00:00Z",
    dueAt: "2023-12-12T00:00:00Z",
    action: "Update, or stop using the product.",
  },
] as const;

/** Exploit probabilities in the order of magnitude that EPSS gave; rounded, for the demo only. */
export const demoProbabilities: Readonly<Record<string, readonly [epss: number, percentile: number]>> = {
  "CVE-2023-44487": [0.94, 0.999],
  "CVE-2023-4863": [0.94, 0.999],
  "CVE-2023-4911": [0.78, 0.99],
  "CVE-2024-2961": [0.92, 0.997],
  "CVE-2023-38545": [0.22, 0.956],
  "CVE-2022-29078": [0.93, 0.998],
  "CVE-2023-37466": [0.05, 0.89],
  "CVE-2024-5535": [0.04, 0.88],
  "CVE-2023-2650": [0.92, 0.997],
  "CVE-2021-23337": [0.01, 0.76],
  "CVE-2021-44906": [0.01, 0.75],
  "CVE-2024-6119": [0.03, 0.86],
  "CVE-2023-45853": [0.02, 0.81],
  "CVE-2022-48174": [0.01, 0.6],
};

/** All demo advisories as lines of OSV JSON (schema 1.6), the form in which any feed is imported. */
export function demoAdvisoryLines(): string {
  return [...systemFlaws, ...languageFlaws].map((flaw) => `${JSON.stringify(toOsv(flaw))}\n`).join("");
}

function toOsv(flaw: DemoFlaw): object {
  return {
    schema_version: "1.6.0",
    id: flaw.id,
    published: flaw.published,
    modified: flaw.withdrawn ?? flaw.published,
    ...(flaw.withdrawn ? { withdrawn: flaw.withdrawn } : {}),
    aliases: flaw.aliases ?? [],
    related: flaw.related ?? [],
    summary: flaw.title,
    details: flaw.details,
    severity: flaw.cvss ? [{ type: "CVSS_V3", score: `CVSS:3.1/${flaw.cvss}` }] : [],
    affected: flaw.affected.map((entry) => ({
      package: { ecosystem: entry.ecosystem, name: entry.name },
      ranges: [{ type: rangeTypeOf(entry.ecosystem), events: eventsOf(entry) }],
      ...(entry.urgency ? { ecosystem_specific: { urgency: entry.urgency } } : {}),
    })),
    ...(flaw.severity ? { database_specific: { severity: flaw.severity.toUpperCase() } } : {}),
    references: referencesOf(flaw),
  };
}

function rangeTypeOf(ecosystem: string): string {
  const type = packageTypeOf(ecosystem);
  return type === undefined ? "ECOSYSTEM" : packageKind(type).rangeType;
}

function eventsOf(entry: DemoAffected): object[] {
  const introduced = { introduced: entry.introduced ?? "0" };
  if (entry.fixed !== null) return [introduced, { fixed: entry.fixed }];
  return entry.lastAffected ? [introduced, { last_affected: entry.lastAffected }] : [introduced];
}

function referencesOf(flaw: DemoFlaw): object[] {
  const cve = [flaw.id, ...(flaw.aliases ?? [])].find((name) => name.startsWith("CVE-"));
  const pages: object[] = cve ? [{ type: "ADVISORY", url: `https://nvd.nist.gov/vuln/detail/${cve}` }] : [];
  if (flaw.id.startsWith("GHSA-")) pages.push({ type: "ADVISORY", url: `https://github.com/advisories/${flaw.id}` });
  if (cve && flaw.affected.some((entry) => entry.ecosystem.startsWith("Debian")))
    pages.push({ type: "WEB", url: `https://security-tracker.debian.org/tracker/${cve}` });
  return pages;
}
