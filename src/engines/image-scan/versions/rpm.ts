import { VersionError } from "./version-error.ts";

/**
 * Orders two RPM versions `[epoch:]version[-release]` by the rules of rpmvercmp, with `~` before and `^` after the
 * plain version: negative when `a` is older, 0 when equal, positive when newer. A version without release sorts before
 * the same one with it, even if that is empty (`1` < `1-` < `1-1`). Throws VersionError for text that is no RPM version.
 */
export function compare(a: string, b: string): number {
  const left = parse(a);
  const right = parse(b);
  return (
    compareNumbers(left.epoch, right.epoch) ||
    compareSegments(left.version, right.version) ||
    compareReleases(left.release, right.release)
  );
}

interface RpmVersion {
  epoch: string;
  version: string;
  /** Null = none is named, which is not the same as an empty one. */
  release: string | null;
}

function parse(text: string): RpmVersion {
  const trimmed = text.trim().replace(/^\(none\):/, "");
  if (trimmed.length > 512) throw new VersionError("RPM", text, "it is longer than 512 characters");
  const colon = trimmed.indexOf(":");
  const epoch = colon < 0 ? "0" : trimmed.slice(0, colon);
  if (!/^\d+$/.test(epoch)) throw new VersionError("RPM", text, "its epoch is not a number");
  const rest = trimmed.slice(colon + 1);
  const dash = rest.lastIndexOf("-");
  const version = dash < 0 ? rest : rest.slice(0, dash);
  const release = dash < 0 ? null : rest.slice(dash + 1);
  if (!/[A-Za-z0-9]/.test(version)) throw new VersionError("RPM", text, "it has no version part");
  if (/[\s/\\'"<>]/.test(rest)) throw new VersionError("RPM", text, "it holds a character that no version may have");
  return { epoch, version, release };
}

function compareReleases(a: string | null, b: string | null): number {
  if (a === null || b === null) return Number(a !== null) - Number(b !== null);
  return compareSegments(a, b);
}

const segment = /~|\^|\d+|[A-Za-z]+/g;

function compareSegments(a: string, b: string): number {
  const left = a.match(segment) ?? [];
  const right = b.match(segment) ?? [];
  for (let index = 0; index < left.length || index < right.length; index += 1) {
    const difference = compareSegment(left[index], right[index]);
    if (difference !== 0) return difference;
  }
  return 0;
}

/** Order of what may follow a common start: `~`, end, `^`, letters, numbers. */
function compareSegment(x: string | undefined, y: string | undefined): number {
  const difference = classOf(x) - classOf(y);
  if (difference !== 0) return difference;
  if (x === undefined || y === undefined) return 0;
  return classOf(x) === 4 ? compareNumbers(x, y) : x < y ? -1 : x > y ? 1 : 0;
}

function classOf(text: string | undefined): number {
  if (text === undefined) return 1;
  if (text === "~") return 0;
  if (text === "^") return 2;
  return text < ":" ? 4 : 3;
}

function compareNumbers(a: string, b: string): number {
  const left = a.replace(/^0+/, "");
  const right = b.replace(/^0+/, "");
  if (left.length !== right.length) return left.length - right.length;
  return left < right ? -1 : left > right ? 1 : 0;
}
