import type { Diagnostic } from "#domain/evidence.ts";
import type { PackageType } from "#domain/package-kind.ts";
import type { Analyzer } from "../analyzers/analyzer.ts";
import type { InstalledPackage, Inventory, OperatingSystem, SkippedPackage, UndecidedPackage } from "../facts.ts";
import type { FileTree } from "../file-tree.ts";
import type { Ownership } from "../ownership.ts";

/** How packages of one ecosystem are held against its advisories. */
export interface EcosystemNaming {
  /** Which of a package's two names the advisories use. */
  name: "binary" | "source";
  /** The feed whose word on a flaw counts first; feeds that are not listed come after, all alike. */
  precedence: readonly string[];
}

/** What a reader is given once all layers are applied. */
export interface ReadContext {
  tree: FileTree;
  os: OperatingSystem | null;
  /** Which files belong to system packages; complete once the system kinds have been read. */
  ownership: Ownership;
}

export interface KindFindings {
  packages: InstalledPackage[];
  skipped: SkippedPackage[];
  /** Packages of which only the distribution's advisories can tell whose they are. */
  undecided?: UndecidedPackage[];
  /** System packages from outside the distribution. */
  outsiders?: Inventory["outsiders"];
  /** Folders (with trailing slash) of projects whose dependencies are installed, so that a lockfile there says nothing new. */
  installRoots?: ReadonlySet<string>;
  diagnostics: Diagnostic[];
  /** Whether there is a package database at all; languages have none and say false. */
  hasDatabase: boolean;
}

/** Follows one kind of package through the layers of one image. */
export interface KindReader {
  /** Called after every layer. */
  observe?(tree: FileTree, layer: number): void;
  /** Called once, after the last layer; system kinds first. */
  read(context: ReadContext): KindFindings;
}

/** Everything the engine needs of one kind of package. One file per kind, listed in `all-kinds.ts`. */
export interface ImagePackageKind {
  type: PackageType;
  analyzers: readonly Analyzer<unknown>[];
  /** Order of versions; throws VersionError for text that is none. */
  compare(a: string, b: string): number;
  /** By the first part of the ecosystem; the names stand in `domain/package-kind.ts`. */
  ecosystems: Readonly<Record<string, EcosystemNaming>>;
  /** Ecosystem of a distribution's release, by the ID of its os-release; empty for languages. */
  distributions: Readonly<Record<string, (release: string) => string>>;
  reader(): KindReader;
}
