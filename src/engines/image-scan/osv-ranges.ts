import type { AdvisoryRange, RangeEvent } from "./facts.ts";

export type Compare = (a: string, b: string) => number;

/** Verdict of one record's ranges on one version. `text` says in words which range decided. */
export interface RangeVerdict {
  affected: boolean;
  text: string;
}

type Ranges = Pick<AdvisoryRange, "ranges" | "versions">;

/**
 * Evaluates OSV ranges (OSV schema 1.6, "evaluation"): affected when `version` is listed, or when any range holds it:
 * `introduced` opens, `fixed` closes before its version, `lastAffected` after it, `limit` bounds the whole range.
 * Throws VersionError when a version cannot be read.
 */
export function evaluateRanges(version: string, entry: Ranges, compare: Compare): RangeVerdict {
  if (entry.versions.includes(version)) return { affected: true, text: `${version} is listed as affected` };
  let closest = "";
  for (const range of entry.ranges) {
    const verdict = evaluateRange(version, range.events, compare);
    if (verdict.affected) return verdict;
    closest ||= verdict.text;
  }
  return { affected: false, text: closest || `${version} is not among the affected versions` };
}

function evaluateRange(version: string, events: RangeEvent[], compare: Compare): RangeVerdict {
  let opened: string | null = null;
  let closedBy: RangeEvent | null = null;
  for (const event of sortEvents(events, compare)) {
    if ("introduced" in event && atLeast(version, event.introduced, compare)) {
      opened = event.introduced;
      closedBy = null;
    } else if (opened !== null && closes(version, event, compare)) {
      opened = null;
      closedBy = event;
    }
  }
  if (opened !== null && withinLimits(version, events, compare)) {
    return { affected: true, text: describeOpen(version, opened, events, compare) };
  }
  return { affected: false, text: closedBy ? describeClosed(version, closedBy) : `${version} lies outside the range` };
}

function closes(version: string, event: RangeEvent, compare: Compare): boolean {
  if ("fixed" in event) return compare(version, event.fixed) >= 0;
  return "lastAffected" in event && compare(version, event.lastAffected) > 0;
}

function withinLimits(version: string, events: RangeEvent[], compare: Compare): boolean {
  const limits = events.flatMap((event) => ("limit" in event && event.limit !== "*" ? [event.limit] : []));
  return limits.length === 0 || limits.some((limit) => compare(version, limit) < 0);
}

function atLeast(version: string, introduced: string, compare: Compare): boolean {
  return introduced === "0" || compare(version, introduced) >= 0;
}

/** All versions that close a range above `version`, oldest first: the candidates for "fixed in". */
export function fixesAbove(version: string, entry: Ranges, compare: Compare): string[] {
  const fixes = entry.ranges.flatMap((range) =>
    range.events.flatMap((event) => ("fixed" in event ? [event.fixed] : [])),
  );
  return [...new Set(fixes)].filter((fix) => compare(fix, version) > 0).sort(compare);
}

const order = { introduced: 0, fixed: 1, lastAffected: 2, limit: 3 } as const;

function sortEvents(events: RangeEvent[], compare: Compare): RangeEvent[] {
  if (events.length < 2) return events;
  if (events.length === 2) {
    const [first, second] = events;
    if (first && "introduced" in first && first.introduced === "0" && second) return events;
  }
  return [...events].sort((a, b) => compareEvents(a, b, compare));
}

function compareEvents(a: RangeEvent, b: RangeEvent, compare: Compare): number {
  const [x, y] = [eventVersion(a), eventVersion(b)];
  if (x === y) return order[eventKind(a)] - order[eventKind(b)];
  if (x === "0" || y === "0") return x === "0" ? -1 : 1;
  return compare(x, y) || order[eventKind(a)] - order[eventKind(b)];
}

function eventKind(event: RangeEvent): keyof typeof order {
  if ("introduced" in event) return "introduced";
  if ("fixed" in event) return "fixed";
  return "lastAffected" in event ? "lastAffected" : "limit";
}

function eventVersion(event: RangeEvent): string {
  if ("introduced" in event) return event.introduced;
  if ("fixed" in event) return event.fixed;
  return "lastAffected" in event ? event.lastAffected : event.limit;
}

function describeOpen(version: string, introduced: string, events: RangeEvent[], compare: Compare): string {
  const from = introduced === "0" ? "every version" : `${introduced} and newer`;
  const closing = events
    .filter((event) => !("introduced" in event) && compare(eventVersion(event), version) >= 0)
    .sort((a, b) => compareEvents(a, b, compare))[0];
  if (!closing) return `${from} is affected, no fix is known; installed is ${version}`;
  const until = "lastAffected" in closing ? "up to and including" : "before";
  return `${from} ${until} ${eventVersion(closing)} is affected; installed is ${version}`;
}

function describeClosed(version: string, event: RangeEvent): string {
  return "fixed" in event
    ? `fixed in ${event.fixed}; installed is ${version}`
    : `last affected is ${eventVersion(event)}; installed is ${version}`;
}
