// The functions one by one: the package as a whole loads four times as many files, which a short command would feel.
import type SemVer from "semver/classes/semver.js";
import semverCompare from "semver/functions/compare.js";
import semverParse from "semver/functions/parse.js";
import { VersionError } from "./version-error.ts";

/**
 * Orders two versions by Semantic Versioning 2.0 (build metadata ignored): negative when `a` is older, 0 when equal,
 * positive when newer. Advisories write `0` or `1.2` for `0.0.0` and `1.2.0`. Throws VersionError for anything else.
 */
export function compare(a: string, b: string): number {
  return semverCompare(parse(a), parse(b));
}

const cache = new Map<string, SemVer>();

function parse(version: string): SemVer {
  const known = cache.get(version);
  if (known) return known;
  const parsed = semverParse(padded(version), { loose: true });
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
