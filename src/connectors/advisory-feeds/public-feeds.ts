import { packageKind, packageTypes } from "#domain/package-kind.ts";
import { type FeedDescription, knownFeed } from "./feed-catalogue.ts";

/** A public feed that can be pulled. `changes` lists what was modified when, newest first; one record is at `record(id)`. */
export interface PublicFeed {
  feed: FeedDescription;
  url: string;
  changes?: string;
  record?: (id: string) => string;
}

/** Bundles of the ecosystems whose packages are read: id of the feed and folder of the ecosystem. */
const osvBundles = packageTypes.flatMap((type) => Object.entries(packageKind(type).osvFeeds));

const documents = {
  "debian-tracker": {
    url: "https://security-tracker.debian.org/tracker/data/json",
    mirrored: "debian-tracker/data.json",
  },
  kev: {
    url: "https://www.cisa.gov/sites/default/files/feeds/known_exploited_vulnerabilities.json",
    mirrored: "kev/known_exploited_vulnerabilities.json",
  },
  epss: {
    url: "https://epss.empiricalsecurity.com/epss_scores-current.csv.gz",
    mirrored: "epss/epss_scores-current.csv.gz",
  },
} as const;

/**
 * The public feeds, at their own places or all below one mirror (`BREAKWATER_FEEDS_URL`): `osv/<Ecosystem>/all.zip`,
 * `osv/<Ecosystem>/modified_id.csv`, `osv/<Ecosystem>/<id>.json`, `debian-tracker/data.json`,
 * `alpine-secdb/<branch>/<repository>.json`, `kev/…`, `epss/…`. `alpineBranches` are those that images use.
 */
export function publicFeeds(options: { mirror: string | undefined; alpineBranches: readonly string[] }): PublicFeed[] {
  const mirror = withoutEndSlash(options.mirror);
  const osv = mirror ? `${mirror}/osv` : "https://osv-vulnerabilities.storage.googleapis.com";
  const secdb = mirror ? `${mirror}/alpine-secdb` : "https://secdb.alpinelinux.org";
  const bundles = osvBundles.map(([id, ecosystem]) => ({
    feed: described(id),
    url: `${osv}/${ecosystem}/all.zip`,
    changes: `${osv}/${ecosystem}/modified_id.csv`,
    record: (name: string) => `${osv}/${ecosystem}/${encodeURIComponent(name)}.json`,
  }));
  const branches = options.alpineBranches.flatMap((branch) =>
    ["main", "community"].map((repository) => ({
      feed: {
        id: `alpine-secdb-${branch}-${repository}`,
        title: `Alpine ${branch} ${repository} (secdb)`,
        licence: "Alpine secdb",
        ecosystem: "Alpine",
      },
      url: `${secdb}/${branch}/${repository}.json`,
    })),
  );
  const single = Object.entries(documents).map(([id, place]) => ({
    feed: described(id),
    url: mirror ? `${mirror}/${place.mirrored}` : place.url,
  }));
  return [...bundles, ...single, ...branches];
}

function described(id: string): FeedDescription {
  const found = knownFeed(id);
  if (!found) throw new Error(`Feed ${id} is not in the catalogue`);
  return found;
}

/**
 * Ids modified after `since` (ISO), from a `modified_id.csv` that lists the newest first, and the newest time in it.
 * Lines that are not `time,id` are passed over.
 */
export function changedSince(csv: string, since: string): { ids: string[]; newest: string } {
  const ids: string[] = [];
  let newest = since;
  for (const line of csv.split("\n")) {
    const comma = line.indexOf(",");
    const time = Date.parse(line.slice(0, comma));
    const id = line.slice(comma + 1).trim();
    if (comma < 0 || Number.isNaN(time) || !/^[A-Za-z0-9][A-Za-z0-9._:-]{0,120}$/.test(id)) continue;
    const modified = new Date(time).toISOString();
    if (modified <= since) break;
    ids.push(id);
    if (modified > newest) newest = modified;
  }
  return { ids: [...new Set(ids)], newest };
}

function withoutEndSlash(url: string | undefined): string | undefined {
  return url?.endsWith("/") ? withoutEndSlash(url.slice(0, -1)) : url;
}
