import type { AdvisoryRecord, RecordAffected, RecordEvent, RecordRange } from "#domain/advisory-record.ts";
import { mendedAlpineVersion } from "./alpine-secdb.ts";
import { FeedError } from "./feed-error.ts";
import { asFields, type Fields, list, optionalDate, optionalFields, optionalText, text, texts } from "./field.ts";
import { rangesFromRequirements } from "./requirement-ranges.ts";

/**
 * Reads one OSV record (schema 1.3 … 1.7) and the close relatives of it: RustSec and RubySec exports with requirement
 * lists, vendor conversions with `ecosystem_specific.status`. Throws FeedError that names the wrong field.
 */
export function readOsvRecord(value: unknown): AdvisoryRecord {
  const raw = asFields(value, "record");
  const recordId = text(raw.id, "id");
  if (recordId.length > 200) throw new FeedError('"id" is longer than 200 characters');
  const specific = optionalFields(raw.database_specific, "database_specific");
  const affected = list(raw.affected, "affected").flatMap((entry) =>
    readAffected(asFields(entry, "affected"), { specific, severity: raw.severity }),
  );
  return {
    recordId,
    aliases: names([...texts(raw.aliases, "aliases"), ...texts(raw.upstream, "upstream")], recordId),
    related: names(texts(raw.related, "related"), recordId),
    title: (optionalText(raw.summary, "summary") ?? "").slice(0, 500),
    details: (optionalText(raw.details, "details") ?? "").slice(0, 4000),
    cvss: [...vectorsOf(raw.severity, "severity"), ...otherCvss(raw)],
    statedSeverity: optionalText(specific.severity, "database_specific.severity"),
    publishedAt: optionalDate(raw.published, "published"),
    modifiedAt: optionalDate(raw.modified, "modified"),
    withdrawnAt: optionalDate(raw.withdrawn, "withdrawn"),
    links: list(raw.references, "references").flatMap(readLink).slice(0, 12),
    affected,
  };
}

function names(values: string[], recordId: string): string[] {
  return [...new Set(values)].filter((name) => name !== recordId && name.length <= 200).sort();
}

/** CVSS vectors of a `severity` list, of a record or of one of its packages. */
function vectorsOf(severity: unknown, name: string): string[] {
  return list(severity, name).flatMap((entry) => {
    const { type, score } = asFields(entry, name);
    return typeof type === "string" && type.startsWith("CVSS") ? [text(score, `${name}.score`)] : [];
  });
}

/** A vendor's word in a `severity` list (OSV 1.7: `{ type: "Ubuntu", score: "medium" }`), in lower case; null = none. */
function wordOf(severity: unknown, name: string): string | null {
  for (const entry of list(severity, name)) {
    const { type, score } = asFields(entry, name);
    if (typeof type === "string" && !type.startsWith("CVSS") && typeof score === "string" && score !== "")
      return text(score, `${name}.score`).toLowerCase();
  }
  return null;
}

function otherCvss(raw: Fields): string[] {
  const scores = optionalFields(raw.severity_scores, "severity_scores");
  return [optionalText(raw.cvss, "cvss"), vectorOf(scores.cvss_v4), vectorOf(scores.cvss_v3)].filter(
    (vector) => vector !== null,
  );
}

/** RubySec keeps some vectors as bare scores, which carry no vector to show. */
function vectorOf(value: unknown): string | null {
  return typeof value === "string" && value.startsWith("CVSS:") ? value : null;
}

function readLink(value: unknown): { type: string; url: string }[] {
  const raw = asFields(value, "references");
  const url = optionalText(raw.url, "references.url");
  // Only addresses a browser may follow: a feed must not be able to plant a script.
  if (url === null || !/^https?:\/\//.test(url) || url.length > 2000) return [];
  return [{ type: optionalText(raw.type, "references.type") ?? "WEB", url }];
}

function readAffected(raw: Fields, record: { specific: Fields; severity: unknown }): RecordAffected[] {
  if (raw.package === undefined || raw.package === null) return [];
  const pkg = asFields(raw.package, "affected.package");
  const specific = optionalFields(raw.ecosystem_specific, "affected.ecosystem_specific");
  const requirements = optionalFields(raw.database_specific, "affected.database_specific");
  const ecosystem = text(pkg.ecosystem, "affected.package.ecosystem");
  const isRequirementList = "patched" in requirements || "patched_versions" in requirements;
  const { derived } = record.specific;
  const isChangelog = typeof derived === "string" && derived.includes("changelog");
  const vectors = vectorsOf(raw.severity, "affected.severity");
  const written = list(raw.ranges, "affected.ranges").flatMap((range) =>
    readRange(asFields(range, "affected.ranges"), ecosystem),
  );
  return [
    {
      ecosystem,
      packageName: text(pkg.name, "affected.package.name"),
      ranges: isRequirementList
        ? rangesFromRequirements(ecosystem, {
            patched: texts(requirements.patched ?? requirements.patched_versions, "patched"),
            unaffected: texts(requirements.unaffected ?? requirements.unaffected_versions, "unaffected"),
          })
        : withLastKnown(written, requirements.last_known_affected_version_range),
      versions: texts(raw.versions, "affected.versions"),
      vendorStatus: isChangelog ? "changelog" : optionalText(specific.status, "ecosystem_specific.status"),
      urgency:
        optionalText(specific.urgency ?? specific.priority, "ecosystem_specific.urgency") ??
        wordOf(raw.severity, "affected.severity") ??
        wordOf(record.severity, "severity"),
      ...(vectors.length > 0 ? { cvss: vectors } : {}),
    },
  ];
}

/**
 * GitHub's advisories keep the end of a range that has no fix apart, as `<= 1.2.3` or `< 2.0.0`: versions from there on are
 * not known to be affected. It bounds every range that has no end of its own.
 */
function withLastKnown(ranges: RecordRange[], lastKnown: unknown): RecordRange[] {
  const bound = typeof lastKnown === "string" ? /^\s*(<=?)\s*([^\s,<>=]{1,200})\s*$/.exec(lastKnown) : null;
  const at = bound?.[2];
  if (at === undefined) return ranges;
  const end: RecordEvent = bound?.[1] === "<=" ? { lastAffected: at } : { limit: at };
  return ranges.map((range) => (isOpen(range.events) ? { ...range, events: [...range.events, end] } : range));
}

function isOpen(events: readonly RecordEvent[]): boolean {
  return events.every((event) => "introduced" in event);
}

function readRange(raw: Fields, ecosystem: string): RecordRange[] {
  const type = text(raw.type, "ranges.type");
  if (type === "GIT") return [];
  if (type !== "ECOSYSTEM" && type !== "SEMVER") throw new FeedError(`range type "${type.slice(0, 40)}" is not known`);
  return [
    {
      type,
      events: list(raw.events, "ranges.events").map((event) => readEvent(asFields(event, "ranges.events"), ecosystem)),
    },
  ];
}

function readEvent(raw: Fields, ecosystem: string): RecordEvent {
  // Alpine's records are made of its secdb, slips of the hand included.
  const read = (value: unknown, name: string) =>
    ecosystem.startsWith("Alpine") ? mendedAlpineVersion(version(value, name)) : version(value, name);
  if (raw.introduced !== undefined) return { introduced: read(raw.introduced, "introduced") };
  if (raw.fixed !== undefined) return { fixed: read(raw.fixed, "fixed") };
  if (raw.last_affected !== undefined) return { lastAffected: read(raw.last_affected, "last_affected") };
  if (raw.limit !== undefined) return { limit: read(raw.limit, "limit") };
  throw new FeedError("a range event names none of introduced, fixed, last_affected, limit");
}

/** Vendor conversions leave stray blanks and brackets in versions, which no scheme allows inside one. */
function version(value: unknown, name: string): string {
  const cleaned = text(value, name).replace(/[\s()]/g, "");
  if (cleaned === "" || cleaned.length > 500) throw new FeedError(`"${name}" is not a version`);
  return cleaned;
}
