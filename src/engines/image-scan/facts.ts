import { z } from "zod";
import { Diagnostic } from "#domain/evidence.ts";
import { PackageType } from "#domain/package-kind.ts";
import { Severity } from "#domain/severity.ts";
import { unreadKindNames } from "#domain/unread-kind.ts";
import type { ProgramKind } from "./program-kind.ts";

/** Version of the analysers as a whole. Raising it makes stored layer facts be read again. */
export const ANALYSER_VERSION = 4;

/**
 * One entry of a layer's tar. A bare string is the path of a file (or device) whose content was not kept, by far the most.
 * Paths are relative to the root, without a leading slash; a byte that is no UTF-8 is a lone surrogate (`byte-names.ts`).
 */
export type LayerEntry =
  | string
  | { kind: "file"; path: string; bytes: Uint8Array | null; setIdBits: number; program?: ProgramKind }
  /** `whiteout`: the path is removed (`.wh.<name>`); `opaque`: what lower layers have in the folder is (`.wh..wh..opq`). */
  | { kind: "directory" | "whiteout" | "opaque"; path: string }
  | { kind: "symbolic"; path: string; target: string }
  | { kind: "hard"; path: string; target: string; setIdBits: number };

/** What is kept of one layer: every entry in the order of the tar, which decides what the file system becomes. */
export interface LayerFacts {
  /** `sha256:…` of the uncompressed tar, as it was read. */
  diffId: string;
  uncompressedBytes: number;
  /** Entries of the tar, those that were left out included. */
  entryCount: number;
  entries: LayerEntry[];
  diagnostics: Diagnostic[];
}

/** A file whose content an analyser asked for and the first reading did not keep: the layer it lies in and its path there. */
export interface UnreadFile {
  layer: number;
  path: string;
}

/** Files of an image with the set-user-id or set-group-id bit: the first 1000 by path, and how many there are. */
export const SetIdFiles = z.object({
  files: z.array(z.object({ path: z.string(), bits: z.number().int() })),
  count: z.number().int(),
});
export type SetIdFiles = z.infer<typeof SetIdFiles>;

/** The distribution as os-release names it. `state` decides whether OS packages can be judged at all. */
export const OperatingSystem = z.object({
  id: z.string(),
  version: z.string(),
  codename: z.string().nullable(),
  name: z.string(),
  /** Ecosystem of OS packages in advisories, such as `Debian:12` or `Alpine:v3.18`; null when it is not one we know. */
  ecosystem: z.string().nullable(),
  eol: z.iso.date().nullable(),
});
export type OperatingSystem = z.infer<typeof OperatingSystem>;

/** One installed package, where it lies and which layer brought it. */
export const InstalledPackage = z.object({
  type: PackageType,
  /** Ecosystem key for matching: `Debian:12`, `Alpine:v3.18`, `npm`. Empty for an OS package of an unknown distribution. */
  ecosystem: z.string(),
  name: z.string(),
  version: z.string(),
  sourceName: z.string(),
  sourceVersion: z.string(),
  arch: z.string().nullable(),
  purl: z.string(),
  /** File that names the package: database file or package.json. */
  path: z.string(),
  /** Index into the image's layers, 0 = lowest. */
  layer: z.number().int(),
  /** Installed for development only, where the package manager says so. */
  dev: z.boolean(),
  /** Which database the package came from (`dpkg`, `dpkg-status.d`, `apk`, `npm`): one package set each. */
  analyser: z.string(),
});
export type InstalledPackage = z.infer<typeof InstalledPackage>;

/** A package that is deliberately not matched, such as a language package owned by an OS package. */
export const SkippedPackage = z.object({ name: z.string(), version: z.string(), path: z.string(), reason: z.string() });
export type SkippedPackage = z.infer<typeof SkippedPackage>;

/** Files that show packages of a kind that cannot be read yet: how many, and the first few of them by path. */
export const SeenKind = z.object({
  kind: z.enum(unreadKindNames),
  count: z.number().int(),
  paths: z.array(z.string()),
});
export type SeenKind = z.infer<typeof SeenKind>;

/** The system package that something belongs to, as far as settling ownership needs it. */
const PossibleOwner = z.object({
  type: PackageType,
  name: z.string(),
  ecosystem: z.string(),
  sourceName: z.string(),
});

/**
 * A package inside a system package of which only the distribution's advisories can tell whether it is the distribution's.
 * `settleOwnership` makes it a package or a skipped one.
 */
export const UndecidedPackage = z.object({
  found: InstalledPackage,
  owner: PossibleOwner,
});
export type UndecidedPackage = z.infer<typeof UndecidedPackage>;

/**
 * What an image contains. `osState`: `known` = its OS packages can be judged; `unknown-distribution` = packages listed,
 * findings not known; `none` = no package database (scratch), so nothing is known about OS packages.
 */
export const Inventory = z.object({
  os: OperatingSystem.nullable(),
  osState: z.enum(["known", "unknown-distribution", "none"]),
  packages: z.array(InstalledPackage),
  skipped: z.array(SkippedPackage),
  /** Empty once ownership is settled. */
  undecided: z.array(UndecidedPackage),
  /** Kinds that are there and cannot be read yet. What the distribution's own packages brought is judged with them. */
  seen: z.array(SeenKind),
  /** As `undecided`, for files of such kinds. */
  undecidedSeen: z.array(z.object({ kind: z.enum(unreadKindNames), path: z.string(), owner: PossibleOwner })),
  /** Programs of machine code that no package owns: nothing tells what they are made of. */
  programs: z.object({ count: z.number().int(), paths: z.array(z.string()) }),
  /** System packages from outside the distribution, whose advisories may not know them. */
  outsiders: z.array(z.object({ type: PackageType, name: z.string(), version: z.string() })),
  /** Null = not looked at in some layer, which is not the same as none. */
  setIdFiles: SetIdFiles.nullable(),
  diagnostics: z.array(Diagnostic),
  completeness: z.enum(["complete", "partial"]),
});
export type Inventory = z.infer<typeof Inventory>;

/** One event of an OSV range, in the ecosystem's own version order. */
export const RangeEvent = z.union([
  z.object({ introduced: z.string() }),
  z.object({ fixed: z.string() }),
  z.object({ lastAffected: z.string() }),
  z.object({ limit: z.string() }),
]);
export type RangeEvent = z.infer<typeof RangeEvent>;

/** One `affected` entry of an advisory record, as stored and as matched. */
export const AdvisoryRange = z.object({
  recordId: z.string(),
  advisoryId: z.string(),
  feedId: z.string(),
  /** All names of the flaw: record id, aliases, upstream; CVE ids of a record that covers several are in `related`. */
  aliases: z.array(z.string()),
  related: z.array(z.string()),
  ecosystem: z.string(),
  packageName: z.string(),
  ranges: z.array(z.object({ type: z.enum(["ECOSYSTEM", "SEMVER"]), events: z.array(RangeEvent) })),
  versions: z.array(z.string()),
  vendorStatus: z.string().nullable(),
  urgency: z.string().nullable(),
  severity: Severity,
  severitySource: z.string().nullable(),
  withdrawn: z.boolean(),
});
export type AdvisoryRange = z.infer<typeof AdvisoryRange>;

/** The identity of a package that advisories are held against: no path and no layer, so it is shared by all images. */
export const MatchablePackage = InstalledPackage.pick({
  type: true,
  ecosystem: true,
  name: true,
  version: true,
  sourceName: true,
  sourceVersion: true,
});
export type MatchablePackage = z.infer<typeof MatchablePackage>;

/** Why a version is affected, in words and values: the range event and the comparison that decided. */
export const MatchExplanation = z.object({
  recordId: z.string(),
  feedId: z.string(),
  comparedName: z.string(),
  comparedVersion: z.string(),
  range: z.string(),
  /** Other records that name the same flaw, and what each says. */
  others: z.array(z.object({ recordId: z.string(), says: z.string() })),
});
export type MatchExplanation = z.infer<typeof MatchExplanation>;

/** One flaw in one package: CVE, DSA and GHSA records of the same flaw are one match. */
export const PackageMatch = z.object({
  /** Canonical name of the flaw: its CVE id where it has one, else the record id. */
  vulnerabilityKey: z.string(),
  aliases: z.array(z.string()),
  recordIds: z.array(z.string()),
  advisoryId: z.string(),
  severity: Severity,
  severitySource: z.string().nullable(),
  fixedVersion: z.string().nullable(),
  /** `fixed` a fix exists, `affected` none yet, `willNotFix`, `deferred`, `endOfLife`, `underReview`. */
  status: z.enum(["fixed", "affected", "willNotFix", "deferred", "endOfLife", "underReview"]),
  vendorStatus: z.string().nullable(),
  /** Set when the finding is hidden by default, with the reason people read. */
  hiddenReason: z.string().nullable(),
  why: MatchExplanation,
});
export type PackageMatch = z.infer<typeof PackageMatch>;
