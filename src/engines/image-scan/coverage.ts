import { type CoverageEntry, type CoverageStatement, notAssessed } from "#domain/coverage-statement.ts";
import { type PackageType, packageKind, packageTypes } from "#domain/package-kind.ts";
import { unreadKind } from "#domain/unread-kind.ts";
import type { InstalledPackage, Inventory } from "./facts.ts";

/** An inventory of which it is not yet decided how complete it is. */
type Read = Omit<Inventory, "completeness">;

/** Names and paths per entry. */
const EXAMPLES = 5;

/**
 * What of an image was read so that it can be held against advisories, what was seen and cannot be, and what nobody looks
 * for. It speaks of the image alone; whether there are advisories is laid over it by `withAdvisories`.
 */
export function coverageStatement(inventory: Read): CoverageStatement {
  return [
    ...packageTypes.flatMap((type) => ofType(inventory, type)),
    ...systemPackagesUnknown(inventory),
    ...inventory.seen.map(({ kind, count, paths }): CoverageEntry => {
      const { label, noun } = unreadKind(kind);
      const reason = "this kind of package cannot be read yet";
      return { ...unjudged, kind, label, state: "seenNotAssessed", count, noun: [...noun], reason, examples: paths };
    }),
    ...programs(inventory),
  ];
}

const unjudged = { ecosystem: null } as const;

/** Complete = everything that could be told to be there was read, and nothing that is there stays unassessed. */
export function completenessOf(inventory: Read): Inventory["completeness"] {
  const isWhole = inventory.diagnostics.length === 0 && notAssessed(coverageStatement(inventory)).length === 0;
  return isWhole ? "complete" : "partial";
}

/** Packages of one type: by ecosystem, because packages without one cannot be assessed. */
function ofType(inventory: Read, type: PackageType): CoverageEntry[] {
  const isOutsider = outsiderTest(inventory);
  const packages = inventory.packages.filter((found) => found.type === type && !isOutsider(found));
  const byEcosystem = new Map<string, InstalledPackage[]>();
  for (const found of packages) {
    const group = byEcosystem.get(found.ecosystem);
    if (group) group.push(found);
    else byEcosystem.set(found.ecosystem, [found]);
  }
  const entries = [...byEcosystem].map(([ecosystem, found]) => ofEcosystem(inventory, { type, ecosystem, found }));
  const unread = inventory.skipped.filter((entry) => entry.version === "" && type === "npm");
  return [...entries, ...outsiders(inventory, type), ...withoutVersion(type, unread)];
}

function ofEcosystem(
  inventory: Read,
  { type, ecosystem, found }: { type: PackageType; ecosystem: string; found: readonly InstalledPackage[] },
): CoverageEntry {
  const { noun } = packageKind(type);
  const isKnown = ecosystem !== "";
  return {
    kind: type,
    label: capital(noun[1]),
    state: isKnown ? "assessed" : "seenNotAssessed",
    ecosystem: isKnown ? ecosystem : null,
    count: found.length,
    noun: ["package", "packages"],
    reason: isKnown ? null : whyUnknown(inventory),
    examples: isKnown ? [] : found.slice(0, EXAMPLES).map(({ name }) => name),
  };
}

function whyUnknown({ os }: Read): string {
  if (os === null) return "nothing in the image names its distribution";
  return `${os.name} is not a release with known advisories`;
}

/** Each package stands in one entry. */
function outsiderTest({ outsiders }: Read): (found: InstalledPackage) => boolean {
  const keys = new Set(outsiders.map(({ type, name, version }) => `${type}\0${name}\0${version}`));
  return ({ type, name, version }) => keys.size > 0 && keys.has(`${type}\0${name}\0${version}`);
}

/** Packages from elsewhere are listed among the distribution's; its advisories need not know them. */
function outsiders(inventory: Read, type: PackageType): CoverageEntry[] {
  const found = inventory.outsiders.filter((entry) => entry.type === type);
  if (found.length === 0) return [];
  return [
    {
      ...unjudged,
      kind: type,
      label: `${capital(packageKind(type).noun[1])} from outside the distribution`,
      state: "seenNotAssessed",
      count: found.length,
      noun: ["package", "packages"],
      reason: "what the distribution's advisories say need not hold for packages that others built",
      examples: found.slice(0, EXAMPLES).map(({ name, version }) => `${name} ${version}`),
    },
  ];
}

function withoutVersion(type: PackageType, found: Read["skipped"]): CoverageEntry[] {
  if (found.length === 0) return [];
  return [
    {
      ...unjudged,
      kind: type,
      label: `${capital(packageKind(type).noun[1])} without a version`,
      state: "seenNotAssessed",
      count: found.length,
      noun: ["package", "packages"],
      reason: "they state no version that advisories could name",
      examples: found.slice(0, EXAMPLES).map(({ path }) => path),
    },
  ];
}

/** An image without a package database may still hold system packages: nothing tells. */
function systemPackagesUnknown(inventory: Read): CoverageEntry[] {
  if (inventory.osState !== "none") return [];
  return [
    {
      ...unjudged,
      kind: "system",
      label: "System packages",
      state: "notLookedFor",
      count: null,
      noun: ["package", "packages"],
      reason: "the image has no package database",
      examples: [],
    },
  ];
}

function programs({ programs: { count, paths } }: Read): CoverageEntry[] {
  if (count === 0) return [];
  return [
    {
      ...unjudged,
      kind: "programs",
      label: "Programs that no package owns",
      state: "notLookedFor",
      count,
      noun: ["program", "programs"],
      reason: "what is compiled or copied into an image by hand states no version that can be read",
      examples: paths,
    },
  ];
}

function capital(text: string): string {
  // npm is written small.
  return text.startsWith("npm") ? text : text.charAt(0).toUpperCase() + text.slice(1);
}
