/** A kind of package that is recognised in images but not read yet: it is named as seen but not assessed. */
export interface UnreadKind {
  /** What goes unassessed: `Java packages`. */
  label: string;
  /** What was seen, one and many: `archive`, `archives`. */
  noun: readonly [string, string];
  /** Packages of a distribution, so that the image's system packages are not known. */
  isSystem: boolean;
}

const system = (label: string, noun: UnreadKind["noun"] = ["package database", "package databases"]): UnreadKind => ({
  label,
  noun,
  isSystem: true,
});
const language = (label: string, noun: UnreadKind["noun"] = ["file that names them", "files that name them"]) => ({
  label,
  noun,
  isSystem: false,
});

/** Every kind that `engines/image-scan/kinds/unread-kinds.ts` tells by path or head. One that is read leaves this table. */
export const unreadKinds = {
  rpm: system("RPM packages"),
  pacman: system("Arch Linux packages", ["package", "packages"]),
  portage: system("Gentoo packages", ["package", "packages"]),
  opkg: system("opkg packages"),
  nix: system("Nix packages"),
  yarn: language("JavaScript packages named by yarn.lock", ["lockfile", "lockfiles"]),
  yarnPnp: language("JavaScript packages of Yarn Plug'n'Play", ["archive", "archives"]),
  pnpm: language("JavaScript packages named by pnpm-lock.yaml or held in pnpm's store", ["file", "files"]),
  bun: language("JavaScript packages named by a lockfile of Bun or Deno", ["lockfile", "lockfiles"]),
  python: language("Python packages"),
  conda: language("Conda packages", ["package", "packages"]),
  java: language("Java packages (jar, war, ear)", ["archive", "archives"]),
  go: language("Go modules", ["program or module file", "programs or module files"]),
  ruby: language("Ruby gems"),
  php: language("PHP packages (Composer)"),
  dotnet: language(".NET packages (NuGet)"),
  rust: language("Rust crates (Cargo)"),
  swift: language("Swift and CocoaPods packages"),
  dart: language("Dart packages"),
  elixir: language("Elixir and Erlang packages"),
  haskell: language("Haskell packages"),
  perl: language("Perl modules"),
  r: language("R packages"),
  lua: language("Lua rocks"),
  julia: language("Julia packages"),
  conan: language("C and C++ packages (Conan)"),
  homebrew: language("Homebrew packages", ["package", "packages"]),
  sbom: language("Packages named by an SBOM in the image", ["SBOM", "SBOMs"]),
} as const satisfies Record<string, UnreadKind>;

export type UnreadKindName = keyof typeof unreadKinds;
export const unreadKindNames = Object.keys(unreadKinds) as UnreadKindName[];

/** The kind of a name, under the one interface. */
export function unreadKind(name: UnreadKindName): UnreadKind {
  return unreadKinds[name];
}
