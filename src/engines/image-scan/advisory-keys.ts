import type { MatchablePackage } from "./facts.ts";
import { compare as compareApk } from "./versions/apk.ts";
import { compare as compareDeb } from "./versions/deb.ts";
import { compare as compareRpm } from "./versions/rpm.ts";
import { compare as compareSemver } from "./versions/semver.ts";

/** How packages of one ecosystem are held against its advisories. */
export interface EcosystemRules {
  compare: (a: string, b: string) => number;
  /** Which of a package's two names the advisories use. */
  name: "binary" | "source";
  /** Operating system: only its own vendor's records count, in the order of `precedence`. */
  isDistribution: boolean;
  /** The feed whose word on a flaw counts first; feeds that are not listed come after, all alike. */
  precedence: readonly string[];
}

const language = { name: "binary", isDistribution: false, precedence: [] } as const;
const distribution = { isDistribution: true, precedence: [] } as const;

/** By the first part of the ecosystem (`Debian` of `Debian:12`). What is not here cannot be matched and says so. */
const rules: Record<string, EcosystemRules> = {
  Debian: { compare: compareDeb, name: "source", isDistribution: true, precedence: ["debian-tracker", "debian"] },
  Ubuntu: { compare: compareDeb, name: "source", ...distribution },
  Alpine: { compare: compareApk, name: "source", ...distribution },
  Wolfi: { compare: compareApk, name: "source", ...distribution },
  Chainguard: { compare: compareApk, name: "source", ...distribution },
  AlmaLinux: { compare: compareRpm, name: "binary", ...distribution },
  "Red Hat": { compare: compareRpm, name: "binary", ...distribution },
  "Rocky Linux": { compare: compareRpm, name: "source", ...distribution },
  "Azure Linux": { compare: compareRpm, name: "source", ...distribution },
  npm: { compare: compareSemver, ...language },
};

/** The rules of an ecosystem such as `Debian:12` or `npm`; undefined when there is no version order for it. */
export function ecosystemRules(ecosystem: string): EcosystemRules | undefined {
  return rules[ecosystem.split(":", 1)[0] ?? ""];
}

/** The name and version of a package that its ecosystem's advisories speak of. */
export function comparedPackage(pkg: MatchablePackage): { name: string; version: string } {
  return ecosystemRules(pkg.ecosystem)?.name === "source"
    ? { name: pkg.sourceName || pkg.name, version: pkg.sourceVersion || pkg.version }
    : { name: pkg.name, version: pkg.version };
}

/**
 * Where to look for advisories of a package. Empty when its distribution is unknown: such a package is not assessed.
 * Ubuntu's long-term releases are written with and without `:LTS`.
 */
export function advisoryKeys(pkg: MatchablePackage): { ecosystem: string; packageName: string }[] {
  if (pkg.ecosystem === "") return [];
  const packageName = comparedPackage(pkg).name;
  const ecosystems = pkg.ecosystem.startsWith("Ubuntu:")
    ? [pkg.ecosystem, pkg.ecosystem.endsWith(":LTS") ? pkg.ecosystem.slice(0, -4) : `${pkg.ecosystem}:LTS`]
    : [pkg.ecosystem];
  return ecosystems.map((ecosystem) => ({ ecosystem, packageName }));
}
