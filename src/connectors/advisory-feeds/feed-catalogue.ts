/** What a feed file can be. Found by looking at its content. */
export type FeedFormat =
  | "osv-lines"
  | "osv-zip"
  | "osv-record"
  | "osv-list"
  | "alpine-secdb"
  | "debian-tracker"
  | "cisa-kev"
  | "epss"
  | "endoflife";

export interface FeedDescription {
  id: string;
  title: string;
  licence: string;
  /** First part of the ecosystem that its records must be of; null when it is not about packages. */
  ecosystem: string | null;
}

const ghsa = "CC-BY 4.0 (GitHub Advisory Database, PyPA, RustSec, OpenSSF)";
const feed = (id: string, title: string, ecosystem: string | null, licence: string): FeedDescription => ({
  id,
  title,
  licence,
  ecosystem,
});

/** Feeds known by name. A file of another name becomes a feed of its own, named after the file. */
export const knownFeeds: readonly FeedDescription[] = [
  feed("debian", "Debian (OSV)", "Debian", "public Debian security tracker data"),
  feed("debian12-changelog-fixes", "Debian 12 package changelogs", "Debian", "Debian"),
  feed("debian-tracker", "Debian security tracker", "Debian", "public Debian security tracker data"),
  feed("alpine", "Alpine (OSV)", "Alpine", "Alpine secdb"),
  feed("ubuntu", "Ubuntu", "Ubuntu", "CC-BY-SA 4.0 (Canonical)"),
  feed("almalinux", "AlmaLinux", "AlmaLinux", "MIT"),
  feed("redhat", "Red Hat", "Red Hat", "CC-BY 4.0 (Red Hat)"),
  feed("rocky", "Rocky Linux", "Rocky Linux", "BSD-3-Clause (Rocky Enterprise Software Foundation)"),
  feed("azurelinux", "Azure Linux", "Azure Linux", "MIT"),
  feed("npm", "npm", "npm", ghsa),
  feed("pypi", "PyPI", "PyPI", ghsa),
  feed("maven", "Maven", "Maven", ghsa),
  feed("packagist", "Packagist", "Packagist", ghsa),
  feed("crates", "crates.io", "crates.io", ghsa),
  feed("rubygems", "RubyGems", "RubyGems", ghsa),
  feed("nuget", "NuGet", "NuGet", ghsa),
  feed("go", "Go vulnerability database", "Go", "CC-BY 4.0 (Go)"),
  feed("go-ghsa", "Go (GitHub advisories)", "Go", ghsa),
  feed("rustsec-current", "RustSec", "crates.io", "CC0 / CC-BY 4.0 (RustSec)"),
  feed("rubysec-current", "RubySec", "RubyGems", "public domain"),
  feed("kev", "CISA known exploited vulnerabilities", null, "CC0"),
  feed("epss", "EPSS (FIRST)", null, "free with attribution (FIRST)"),
  feed("endoflife", "Support end dates (endoflife.date)", null, "MIT"),
];

/** The known feed of that id, if any. */
export function knownFeed(id: string): FeedDescription | undefined {
  return knownFeeds.find((entry) => entry.id === id);
}

/** The name of a file without folders and endings, in lower case: `npm` of `/data/npm.ndjson.gz`. */
export function fileStem(path: string): string {
  const base = path.replaceAll("\\", "/").split("/").at(-1) ?? path;
  return base
    .replace(/\.(?:gz|zst|zip)$/i, "")
    .replace(/\.(?:ndjson|jsonl|json|csv|txt)$/i, "")
    .toLowerCase();
}

/**
 * Which feed a file of OSV records is. Its name decides when it is a known one and the content agrees; `all.zip`, as the
 * OSV project names its bundles, takes the feed of its ecosystem; any other file is a feed of its own.
 */
export function describeOsvFile(path: string, ecosystem: string): FeedDescription {
  const family = ecosystem.split(":", 1)[0] ?? ecosystem;
  const stem = fileStem(path);
  const named = knownFeed(stem);
  if (named?.ecosystem === family) return named;
  const bundle = knownFeeds.find((entry) => entry.ecosystem === family);
  if (stem === "all" && bundle) return bundle;
  const id = `file-${stem.replace(/[^a-z0-9._-]+/g, "-").slice(0, 80) || "unnamed"}`;
  return { id, title: `${family} records of ${stem}`, licence: "as stated by the file's source", ecosystem: family };
}
