import { packageKind } from "#domain/package-kind.ts";
import type { MatchablePackage } from "./facts.ts";
import { allKinds } from "./kinds/all-kinds.ts";
import type { EcosystemNaming } from "./kinds/image-package-kind.ts";
import { compare as compareRpm } from "./versions/rpm.ts";

/** How packages of one ecosystem are held against its advisories. */
export interface EcosystemRules extends EcosystemNaming {
  compare: (a: string, b: string) => number;
  /** Operating system: only its own vendor's records count, in the order of `precedence`. */
  isDistribution: boolean;
}

const rpm = { compare: compareRpm, isDistribution: true, precedence: [] } as const;

/** Distributions whose advisories are understood while their packages are not read yet. */
const withoutReader: Record<string, EcosystemRules> = {
  AlmaLinux: { ...rpm, name: "binary" },
  "Red Hat": { ...rpm, name: "binary" },
  "Rocky Linux": { ...rpm, name: "source" },
  "Azure Linux": { ...rpm, name: "source" },
};

/** By the first part of the ecosystem (`Debian` of `Debian:12`). What is not here cannot be matched and says so. */
const rules: Record<string, EcosystemRules> = { ...withoutReader };
for (const { type, compare, ecosystems } of allKinds) {
  for (const [family, naming] of Object.entries(ecosystems))
    rules[family] = { ...naming, compare, isDistribution: packageKind(type).isSystem };
}

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
