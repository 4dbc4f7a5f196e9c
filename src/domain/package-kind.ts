import { z } from "zod";

/** What is upgraded together, as an upgrade command needs it. Names and versions come from outside: `quote` makes them safe. */
export interface UpgradeRequest {
  /** Source package or library. */
  name: string;
  target: string;
  packages: readonly { name: string }[];
  quote: (text: string) => string;
}

/** What all layers need to know of one kind of package. What reads and compares it is `engines/image-scan/kinds/<type>.ts`. */
export interface PackageKind {
  /** Few letters for a column or filter: `Debian`. */
  label: string;
  /** One and many in running text: `Debian package`, `Debian packages`. */
  noun: readonly [string, string];
  /** Type of its package URLs. */
  purlType: string;
  /** Installed by the distribution's package manager, so that a rebuild on a newer base image upgrades it. */
  isSystem: boolean;
  /** Binaries of one source package are upgraded together, under the name of the source. */
  upgradesBySource: boolean;
  /** Character that parts a group from the name in it (`@scope/name`); null = names have no groups. */
  groupSeparator: string | null;
  /** First parts of the ecosystems in advisories that speak of such packages. */
  ecosystems: readonly string[];
  /** Range type that OSV records of these ecosystems use. */
  rangeType: "ECOSYSTEM" | "SEMVER";
  /** Public OSV bundles to pull: id of the feed → ecosystem folder. */
  osvFeeds: Readonly<Record<string, string>>;
  /** Analysers whose packages come from one database file: each file is a package set of its own. */
  databaseAnalysers: readonly string[];
  upgradeCommand(upgrade: UpgradeRequest): string;
}

/** Kinds of packages that are read and assessed. A new one is an entry here and a file in `engines/image-scan/kinds`. */
export const packageKinds = {
  deb: {
    label: "Debian",
    noun: ["Debian package", "Debian packages"],
    purlType: "deb",
    isSystem: true,
    upgradesBySource: true,
    groupSeparator: null,
    ecosystems: ["Debian", "Ubuntu"],
    rangeType: "ECOSYSTEM",
    osvFeeds: { debian: "Debian", ubuntu: "Ubuntu" },
    databaseAnalysers: ["dpkg"],
    upgradeCommand: ({ packages, quote }) =>
      `apt-get update && apt-get install --only-upgrade -y ${packages.map(({ name }) => quote(name)).join(" ")}`,
  },
  apk: {
    label: "Alpine",
    noun: ["Alpine package", "Alpine packages"],
    purlType: "apk",
    isSystem: true,
    upgradesBySource: true,
    groupSeparator: null,
    ecosystems: ["Alpine", "Wolfi", "Chainguard"],
    rangeType: "ECOSYSTEM",
    osvFeeds: { alpine: "Alpine" },
    databaseAnalysers: ["apk"],
    upgradeCommand: ({ packages, quote }) =>
      `apk upgrade --no-cache ${packages.map(({ name }) => quote(name)).join(" ")}`,
  },
  npm: {
    label: "npm",
    noun: ["npm package", "npm packages"],
    purlType: "npm",
    isSystem: false,
    upgradesBySource: false,
    groupSeparator: "/",
    ecosystems: ["npm"],
    rangeType: "SEMVER",
    osvFeeds: { npm: "npm" },
    databaseAnalysers: [],
    upgradeCommand: ({ name, target, quote }) => `npm install ${quote(`${name}@${target}`)}`,
  },
} as const satisfies Record<string, PackageKind>;

export type PackageType = keyof typeof packageKinds;
/** In the order of the table, which is the order of filters and reports. */
export const packageTypes = Object.keys(packageKinds) as [PackageType, ...PackageType[]];
export const PackageType = z.enum(packageTypes);

/** The kind of a type, under the one interface that all kinds share. */
export function packageKind(type: PackageType): PackageKind {
  return packageKinds[type];
}

/** The type of package that an ecosystem such as `Debian:12` speaks of; undefined when none is read yet. */
export function packageTypeOf(ecosystem: string): PackageType | undefined {
  const family = ecosystem.split(":", 1)[0] ?? "";
  return packageTypes.find((type) => packageKind(type).ecosystems.includes(family));
}

/** Splits `@scope/name` where the kind's names have groups; `group` is null where there is none. */
export function splitPackageName(type: PackageType, name: string): { group: string | null; name: string } {
  const { groupSeparator } = packageKind(type);
  const at = groupSeparator === null ? -1 : name.lastIndexOf(groupSeparator);
  return at <= 0 ? { group: null, name } : { group: name.slice(0, at), name: name.slice(at + 1) };
}
