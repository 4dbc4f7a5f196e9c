import type { AdvisoryRecord, RecordAffected } from "#domain/advisory-record.ts";
import { emptyRecord } from "./alpine-secdb.ts";
import { FeedError } from "./feed-error.ts";
import { asFields, type Fields, optionalFields, optionalText, text } from "./field.ts";

/** Release code names of Debian and the numbers that advisories use. */
const releaseNumbers: Record<string, string> = {
  stretch: "9",
  buster: "10",
  bullseye: "11",
  bookworm: "12",
  trixie: "13",
  forky: "14",
};

/**
 * Reads one source package of Debian's tracker JSON: `{CVE: {description, releases: {bookworm: {status, …}}}}`.
 * A release that is not listed has no statement; `resolved` with version `0` was never affected. The reason why Debian
 * does not fix (`nodsa_reason` ignored or postponed) becomes the vendor status; the OSV form of these data lacks it.
 */
export function readDebianTrackerPackage(packageName: string, value: unknown): AdvisoryRecord[] {
  const records: AdvisoryRecord[] = [];
  for (const [flaw, entry] of Object.entries(asFields(value, packageName))) {
    const raw = asFields(entry, flaw);
    const releases = asFields(raw.releases, `${packageName} ${flaw} releases`);
    const affected = Object.entries(releases).flatMap(([release, state]) =>
      readRelease({ packageName, release, raw: asFields(state, release) }),
    );
    if (affected.length === 0) continue;
    records.push({
      ...emptyRecord(flaw),
      details: (optionalText(raw.description, "description") ?? "").slice(0, 4000),
      affected,
    });
  }
  return records;
}

function readRelease(input: { packageName: string; release: string; raw: Fields }): RecordAffected[] {
  const { packageName, release, raw } = input;
  const number = releaseNumbers[release];
  if (!number) return [];
  const status = text(raw.status, "status");
  const fixed = optionalText(raw.fixed_version, "fixed_version");
  const urgency = optionalText(raw.urgency, "urgency");
  const base = { ecosystem: `Debian:${number}`, packageName, versions: [], urgency };
  const open = [{ type: "ECOSYSTEM" as const, events: [{ introduced: "0" }] }];
  if (status === "resolved") {
    if (fixed === null || fixed === "0") return [{ ...base, ranges: [], vendorStatus: "notAffected" }];
    return [{ ...base, ranges: [{ type: "ECOSYSTEM", events: [{ introduced: "0" }, { fixed }] }], vendorStatus: null }];
  }
  if (status === "undetermined") return [{ ...base, ranges: open, vendorStatus: "undetermined" }];
  if (status !== "open") throw new FeedError(`status "${status.slice(0, 40)}" of ${packageName} is not known`);
  return [{ ...base, ranges: open, vendorStatus: openStatus(raw) }];
}

function openStatus(raw: Fields): string | null {
  const reason = optionalText(raw.nodsa_reason, "nodsa_reason");
  const words = optionalText(raw.nodsa, "nodsa");
  if (reason === null && words === null) return null;
  const state = reason === "ignored" || reason === "postponed" ? reason : "no-dsa";
  return words ? `${state}: ${words.slice(0, 300)}` : state;
}

/** True when a member's value looks like one package of the tracker. */
export function isDebianTrackerPackage(value: unknown): boolean {
  const [first] = Object.values(optionalFields(value, "package"));
  return typeof first === "object" && first !== null && "releases" in first;
}
