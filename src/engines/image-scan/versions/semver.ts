import semver from "semver";
import { VersionError } from "./version-error.ts";

/**
 * Orders two versions by Semantic Versioning 2.0 (build metadata ignored): negative when `a` is older, 0 when equal,
 * positive when newer. Advisories write `0` or `1.2` for `0.0.0` and `1.2.0`. Throws VersionError for anything else.
 */
export function compare(a: string, b: string): number {
  return semver.compare(parse(a), parse(b));
}

const cache = new Map<string, semver.SemVer>();

function parse(version: string): semver.SemVer {
  const known = cache.get(version);
  if (known) return known;
  const parsed = semver.parse(padded(version), { loose: true });
  if (!parsed) throw new VersionError("semantic", version, "it does not read as major.minor.patch[-pre]");
  // Version texts repeat within one package; a bounded cache keeps a long run from growing.
  if (cache.size > 20_000) cache.clear();
  cache.set(version, parsed);
  return parsed;
}

function padded(version: string): string {
  const short = /^v?(\d+)(?:\.(\d+))?([-+].*)?$/.exec(version.trim());
  return short ? `${short[1]}.${short[2] ?? "0"}.0${short[3] ?? ""}` : version;
}
