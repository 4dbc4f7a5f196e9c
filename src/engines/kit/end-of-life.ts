import { releaseEndDates } from "./release-end-dates.ts";

/** End dates per distribution id and release, in the shape of `releaseEndDates`. */
export type EndDates = Record<string, Record<string, string>>;

/**
 * The day on which a distribution release stops or stopped getting security fixes, as an ISO date; null when the release
 * is not known. `version` may be more precise than a release (`3.18.4`, `12.5`).
 */
export function endOfLife(os: { id: string; version: string }, dates: EndDates = releaseEndDates): string | null {
  const release = releaseOf(os);
  const ofDistribution = Object.hasOwn(dates, os.id) ? dates[os.id] : undefined;
  if (release === null || ofDistribution === undefined || !Object.hasOwn(ofDistribution, release)) return null;
  return ofDistribution[release] ?? null;
}

/** True when that day has come. `now` is the moment to judge by. */
export function isEndOfLife(eol: string | null, now: Date): boolean {
  return eol !== null && now.toISOString().slice(0, 10) >= eol;
}

/** The release a version belongs to: `12` of `12.5`, `3.18` of `3.18.4`; null when it is no number (testing, edge). */
export function releaseOf(os: { id: string; version: string }): string | null {
  const match = /^(\d+)(?:\.(\d+))?/.exec(os.version);
  if (match === null) return null;
  if (os.id === "debian") return match[1] ?? null;
  // Alpine between releases calls itself 3.19_alpha20230901: that is edge.
  if (match[2] === undefined || /_alpha|_beta/.test(os.version)) return null;
  return `${match[1]}.${match[2]}`;
}
