/** One release line of Docker Engine. `supportedUntil` is null for a line that still gets fixes. */
export interface EngineRelease {
  line: string;
  supportedUntil: string | null;
  /** First patch level without a known high or critical flaw of the engine. */
  fixedFrom?: { version: string; reason: string };
}

const authorizationBypass = "CVE-2024-41110 (authorization plug-ins can be bypassed)";

/**
 * Lines and ends of upstream support (facts of the engine's release calendar, as of 2026-08). From 27 on a line is a major
 * version. Refreshed with the product; a newer line than these is never called healthy without a person.
 */
export const engineReleases: EngineRelease[] = [
  { line: "18.09", supportedUntil: "2019-08-22" },
  { line: "19.03", supportedUntil: "2021-01-08" },
  { line: "20.10", supportedUntil: "2023-12-10" },
  { line: "23.0", supportedUntil: "2025-05-19", fixedFrom: { version: "23.0.15", reason: authorizationBypass } },
  { line: "24.0", supportedUntil: "2024-06-08" },
  { line: "25.0", supportedUntil: "2026-12-04", fixedFrom: { version: "25.0.6", reason: authorizationBypass } },
  { line: "26.0", supportedUntil: "2024-06-08" },
  { line: "26.1", supportedUntil: "2025-02-17", fixedFrom: { version: "26.1.5", reason: authorizationBypass } },
  { line: "27", supportedUntil: "2025-05-03", fixedFrom: { version: "27.1.1", reason: authorizationBypass } },
  { line: "28", supportedUntil: "2026-05-13" },
  { line: "29", supportedUntil: null },
];

/** Patch levels of the parts below the engine from which no known high or critical flaw is left, by their line. */
const componentFixes: Record<string, { reason: string; fixed: string[] }> = {
  containerd: {
    reason: "CVE-2024-25621 (directories of containerd open to local users)",
    fixed: ["1.7.29", "2.0.7", "2.1.5", "2.2.0"],
  },
  runc: {
    reason: "CVE-2025-31133 and two more (container escape through masked paths)",
    fixed: ["1.2.8", "1.3.3", "1.4.0"],
  },
};

/**
 * The flaw that a component's version still has, or null. The newest fixed version of the same line decides; a line older
 * than every fixed one got no fix.
 */
export function componentFlaw(name: string, version: string): { reason: string; fixedIn: string } | null {
  const known = componentFixes[name];
  const line = /^v?(\d+\.\d+)/.exec(version)?.[1];
  if (!known || !line) return null;
  const own = known.fixed.find((fixed) => fixed.startsWith(`${line}.`));
  const newest = known.fixed.at(-1) ?? "";
  const fixedIn = own ?? (compareLines(version, newest) > 0 ? null : newest);
  return fixedIn !== null && compareLines(version, fixedIn) < 0 ? { reason: known.reason, fixedIn } : null;
}

/** True for builds of a distribution, which carry fixes without raising the number. */
export const isDistributionBuild = (version: string): boolean =>
  /[+~]|\.el\d|\dubuntu|-\d+\.fc|\.amzn|\.azl|\.cm\d/.test(version);

/** `20.10` of `20.10.24+dfsg1`, `29` of `29.1.0`; null when the text is not a version. */
export function engineLine(version: string): string | null {
  const match = /^v?(\d+)\.(\d+)/.exec(version);
  if (!match) return null;
  return Number(match[1]) >= 27 ? `${match[1]}` : `${match[1]}.${match[2]}`;
}

/** Compares dotted numbers; anything after them is ignored. */
export function compareLines(left: string, right: string): number {
  const numbers = (text: string) => (/^v?([\d.]+)/.exec(text)?.[1] ?? "").split(".").map(Number);
  const [a, b] = [numbers(left), numbers(right)];
  for (let index = 0; index < Math.max(a.length, b.length); index += 1) {
    const difference = (a[index] ?? 0) - (b[index] ?? 0);
    if (difference !== 0) return difference;
  }
  return 0;
}

/** The newest line this product knows. */
export const newestLine = (): string => engineReleases.at(-1)?.line ?? "";
