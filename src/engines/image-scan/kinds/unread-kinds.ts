import type { UnreadKindName } from "#domain/unread-kind.ts";

/** Tells a kind by the path of a file. */
interface Recogniser {
  /** Characters that such a path may end with: rules out nearly all files before the pattern runs. */
  lastCharacters: string;
  pattern: RegExp;
  /** A lockfile or manifest is material where it lies inside another package (`node_modules/x/yarn.lock`). */
  isManifest?: boolean;
}

const manifest = (lastCharacters: string, pattern: RegExp): Recogniser => ({
  lastCharacters,
  pattern,
  isManifest: true,
});
const install = (lastCharacters: string, pattern: RegExp): Recogniser => ({ lastCharacters, pattern });

/** Places and names that the package managers document or are seen to use. Patterns have no nested repetition. */
const recognisers: Readonly<Record<UnreadKindName, readonly Recogniser[]>> = {
  rpm: [
    install("sbe", /(?:^|\/)rpm\/(?:Packages(?:\.db)?|rpmdb\.sqlite)$/),
    install("2", /^var\/lib\/rpmmanifest\/container-manifest-2$/),
  ],
  pacman: [install("c", /(?:^|\/)pacman\/local\/[^/]+\/desc$/)],
  portage: [install("F", /^var\/db\/pkg\/[^/]+\/[^/]+\/PF$/)],
  opkg: [install("s", /(?:^|\/)opkg\/status$/)],
  nix: [install("e", /(?:^|\/)nix\/var\/nix\/db\/db\.sqlite$/)],
  yarn: [manifest("k", /(?:^|\/)yarn\.lock$/)],
  yarnPnp: [install("p", /(?:^|\/)\.yarn\/(?:berry\/)?cache\/[^/]+\.zip$/), install("s", /(?:^|\/)\.pnp\.c?js$/)],
  pnpm: [
    manifest("l", /(?:^|\/)pnpm-lock\.yaml$/),
    install("n", /\/store\/v\d+\/(?:files\/[0-9a-f]{2}\/[0-9a-f]+-index|index\/[0-9a-f]{2}\/[^/]+)\.json$/),
  ],
  bun: [manifest("kb", /(?:^|\/)(?:bun\.lockb?|deno\.lock)$/)],
  python: [
    install("AO", /\.(?:dist-info\/METADATA|egg-info\/PKG-INFO)$/),
    install("ogl", /\.(?:egg-info|egg|whl)$/),
    manifest("kt", /(?:^|\/)(?:requirements\.txt|Pipfile\.lock|poetry\.lock|uv\.lock|pdm\.lock|pylock\.toml)$/),
  ],
  conda: [install("n", /\/conda-meta\/[^/]+\.json$/)],
  java: [
    install("rid", /\.(?:jar|war|ear|par|sar|nar|kar|aar|hpi|jpi|jmod)$/i),
    manifest("e", /(?:^|\/)gradle\.lockfile$/),
  ],
  go: [manifest("md", /(?:^|\/)go\.(?:sum|mod)$/)],
  ruby: [
    install("c", /\/specifications\/(?:default\/)?[^/]+\.gemspec$/),
    install("m", /\.gem$/),
    manifest("kd", /(?:^|\/)(?:Gemfile\.lock|gems\.locked)$/),
  ],
  php: [install("n", /(?:^|\/)composer\/installed\.json$/), manifest("k", /(?:^|\/)composer\.lock$/)],
  dotnet: [
    install("ng", /(?:\.deps\.json|\.nupkg)$/),
    manifest("ng", /(?:^|\/)(?:packages\.lock\.json|project\.assets\.json|packages\.config)$/),
  ],
  rust: [manifest("k", /(?:^|\/)Cargo\.lock$/)],
  swift: [manifest("dk", /(?:^|\/)(?:Package\.resolved|Podfile\.lock)$/)],
  dart: [manifest("k", /(?:^|\/)pubspec\.lock$/)],
  elixir: [manifest("k", /(?:^|\/)(?:mix|rebar)\.lock$/)],
  haskell: [manifest("ke", /(?:^|\/)(?:stack\.yaml\.lock|cabal\.project\.freeze)$/)],
  perl: [install("n", /\/\.meta\/[^/]+\/install\.json$/), manifest("t", /(?:^|\/)cpanfile\.snapshot$/)],
  r: [install("N", /\/(?:site-)?library\/[^/]+\/DESCRIPTION$/), manifest("k", /(?:^|\/)renv\.lock$/)],
  lua: [install("c", /\.rockspec$/)],
  julia: [manifest("l", /(?:^|\/)(?:Julia)?Manifest\.toml$/)],
  conan: [manifest("ko", /(?:^|\/)(?:conan\.lock|conaninfo\.txt)$/)],
  homebrew: [install("n", /\/Cellar\/[^/]+\/[^/]+\/INSTALL_RECEIPT\.json$/)],
  sbom: [install("xn", /(?:\/\.spdx-[^/]+\.spdx|\.(?:spdx|cdx)\.json)$/)],
};

/** Folders of other packages: a manifest in one of them is that package's own material. */
const insidePackages =
  /(?:^|\/)(?:node_modules|site-packages|dist-packages|gems|vendor|\.cargo\/registry|go\/pkg\/mod)\//;

interface NamedRecogniser extends Recogniser {
  kind: UnreadKindName;
}
const named = Object.entries(recognisers).flatMap(([kind, list]) =>
  list.map((recogniser): NamedRecogniser => ({ ...recogniser, kind: kind as UnreadKindName })),
);
/** By the character code that a path ends with. */
const byLastCharacter = Array.from({ length: 128 }, (_, code) =>
  named.filter(({ lastCharacters, pattern }) => {
    const text = String.fromCharCode(code);
    return lastCharacters.includes(pattern.ignoreCase ? text.toLowerCase() : text);
  }),
);

/** The kind of package that a file at this path (relative to the root) belongs to and that cannot be read yet; null = none. */
export function unreadKindOf(path: string): UnreadKindName | null {
  for (const { kind, pattern, isManifest } of byLastCharacter[path.charCodeAt(path.length - 1)] ?? []) {
    if (pattern.test(path)) return isManifest === true && insidePackages.test(path) ? null : kind;
  }
  return null;
}

/** Whether a path that ends in this name could be of such a kind at all: told by its last character. */
export function mayBeUnreadKind(name: string): boolean {
  return (byLastCharacter[name.charCodeAt(name.length - 1)]?.length ?? 0) > 0;
}
