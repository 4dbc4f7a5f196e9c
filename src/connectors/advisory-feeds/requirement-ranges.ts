import type { RecordEvent, RecordRange } from "#domain/advisory-record.ts";
import { FeedError } from "./feed-error.ts";

/** Versions from `low` (included) up to `high` (excluded; null = no end). */
interface Interval {
  low: string;
  high: string | null;
}

/**
 * Turns lists of safe versions (RustSec `patched`/`unaffected`, RubySec the same) into OSV ranges: everything outside
 * them is affected. No list at all means every version is.
 */
export function rangesFromRequirements(
  ecosystem: string,
  requirements: { patched: string[]; unaffected: string[] },
): RecordRange[] {
  const style = ecosystem === "crates.io" ? "cargo" : "gem";
  const safe = [...requirements.patched, ...requirements.unaffected].map((text) => parseRequirement(text, style));
  const events: RecordEvent[] = [{ introduced: "0" }];
  for (const interval of mergeIntervals(safe)) {
    events.push({ fixed: interval.low });
    if (interval.high !== null) events.push({ introduced: interval.high });
  }
  return [{ type: style === "cargo" ? "SEMVER" : "ECOSYSTEM", events }];
}

function parseRequirement(text: string, style: "cargo" | "gem"): Interval {
  let result: Interval = { low: "0", high: null };
  for (const part of text.split(",")) {
    const match = /^(>=|<=|~>|\^|~|>|<|=)?\s*v?([0-9][0-9A-Za-z.+-]*)$/.exec(part.trim());
    const version = match?.[2];
    if (!version) throw new FeedError(`"${text.slice(0, 80)}" is not a version requirement`);
    result = intersect(result, toInterval(match[1] ?? (style === "cargo" ? "^" : "="), version, style));
  }
  return result;
}

function toInterval(operator: string, version: string, style: "cargo" | "gem"): Interval {
  switch (operator) {
    case ">=":
      return { low: version, high: null };
    case ">":
      return { low: after(version, style), high: null };
    case "<":
      return { low: "0", high: version };
    case "<=":
      return { low: "0", high: after(version, style) };
    case "=":
      return { low: version, high: after(version, style) };
    case "~>":
      return { low: version, high: bump(version, Math.max(0, segments(version).length - 2)) };
    case "~":
      return { low: version, high: bump(version, Math.min(1, segments(version).length - 1)) };
    default:
      return { low: version, high: bump(version, firstNonZero(version)) };
  }
}

/** The least version above `version` that the ecosystem can write. */
function after(version: string, style: "cargo" | "gem"): string {
  if (style === "gem") return `${version}.0.0.1`;
  const [major = "0", minor = "0", patch = "0"] = segments(version);
  return `${major}.${minor}.${Number(patch) + 1}-0`;
}

function bump(version: string, position: number): string {
  const numbers = segments(version).slice(0, position + 1);
  const last = numbers.pop() ?? "0";
  return [...numbers, String(Number(last) + 1)].join(".");
}

function firstNonZero(version: string): number {
  const index = segments(version).findIndex((segment) => segment !== "0");
  return index < 0 ? segments(version).length - 1 : index;
}

function segments(version: string): string[] {
  return (version.split(/[-+]/, 1)[0] ?? "").split(".").filter((segment) => /^\d+$/.test(segment));
}

function intersect(a: Interval, b: Interval): Interval {
  const low = order(a.low, b.low) >= 0 ? a.low : b.low;
  if (a.high === null) return { low, high: b.high };
  return { low, high: b.high === null || order(a.high, b.high) <= 0 ? a.high : b.high };
}

/** Sorted and without overlaps, so that the events of the complement alternate. */
function mergeIntervals(intervals: Interval[]): Interval[] {
  const merged: Interval[] = [];
  for (const interval of [...intervals].sort((a, b) => order(a.low, b.low))) {
    if (interval.high !== null && order(interval.high, interval.low) <= 0) continue;
    const last = merged.at(-1);
    if (!last || (last.high !== null && order(interval.low, last.high) > 0)) merged.push({ ...interval });
    else if (last.high !== null && (interval.high === null || order(interval.high, last.high) > 0))
      last.high = interval.high;
  }
  return merged;
}

/** Enough order for the bounds of one list: numbers by value, a pre-release part before the plain version. */
function order(a: string, b: string): number {
  const left = a.match(/\d+|[A-Za-z]+|-/g) ?? [];
  const right = b.match(/\d+|[A-Za-z]+|-/g) ?? [];
  for (let index = 0; index < Math.max(left.length, right.length); index += 1) {
    const difference = weigh(left[index]) - weigh(right[index]) || compareWords(left[index], right[index]);
    if (difference !== 0) return difference;
  }
  return 0;
}

function weigh(part: string | undefined): number {
  if (part === undefined) return 0;
  return /^\d/.test(part) ? Number(part) : -1;
}

function compareWords(a: string | undefined, b: string | undefined): number {
  if (a === undefined || b === undefined || /^\d/.test(a) || /^\d/.test(b)) return 0;
  return a < b ? -1 : a > b ? 1 : 0;
}
