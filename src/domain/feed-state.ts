/** A feed that nobody looked at for this long is stale: what was published since is not known. Same as view `live_ecosystem`. */
export const FEED_STALE_AFTER_HOURS = 48;

/**
 * The name under which ecosystems of packages and of advisories meet: Ubuntu's long-term releases are written with and without
 * `:LTS`. Same as `feed_key` in the database.
 */
export function feedKey(ecosystem: string): string {
  return ecosystem.replace(/^(Ubuntu:.*):LTS$/, "$1");
}

/** Ecosystems of packages that no live feed speaks of, sorted; packages without an ecosystem are named by what they lack. */
export function unwatchedEcosystems(ofPackages: Iterable<string>, ofFeeds: Iterable<string>): string[] {
  const watched = new Set([...ofFeeds].map(feedKey));
  return [...new Set([...ofPackages].map(feedKey))].filter((ecosystem) => !watched.has(ecosystem)).sort();
}

/** Why an image is not judged although it was read: `No live source of advisories covers its packages of npm and Alpine:v3.20`. */
export function unwatchedReason(ecosystems: readonly string[]): string {
  const named = ecosystems.map((ecosystem) => (ecosystem === "" ? "an unknown distribution" : ecosystem));
  const shown = named.length > 3 ? `${named.slice(0, 3).join(", ")} and ${named.length - 3} more` : named.join(" and ");
  return `No live source of advisories covers its packages of ${shown}`;
}
