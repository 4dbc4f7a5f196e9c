import { flawKeysOf, isBulletin } from "#domain/flaw-keys.ts";
import type { AdvisoryRange } from "./facts.ts";

/** One advisory record as far as it speaks of one package name. */
export interface CandidateRecord {
  recordId: string;
  advisoryId: string;
  feedId: string;
  entries: AdvisoryRange[];
  names: string[];
  related: string[];
  flawKeys: string[];
  isBulletin: boolean;
  /** The vendor states that no version was ever affected. */
  neverAffected: boolean;
  /** Known only from package changelogs: it can add a fix, it cannot open a flaw that the vendor closed. */
  isChangelog: boolean;
  vendorStatus: string | null;
  urgency: string | null;
  severity: AdvisoryRange["severity"];
  severitySource: string | null;
}

/** One flaw and the records that name it: `deciding` say whether a version is affected, `supporting` add names and fixes. */
export interface Flaw {
  key: string;
  aliases: string[];
  deciding: CandidateRecord[];
  supporting: CandidateRecord[];
}

/**
 * Groups candidates by flaw, so that the CVE, DSA, GHSA and vendor records of one flaw become one match. Where records
 * speak of the flaw itself they decide and bulletins only support; a bulletin alone decides for every flaw it covers.
 * `precedence` lists feeds whose word comes first; the best of them that names the flaw decides alone.
 */
export function groupFlaws(candidates: readonly AdvisoryRange[], precedence: readonly string[]): Flaw[] {
  const records = toRecords(candidates);
  const keysByName = namedKeys(records);
  const byKey = new Map<string, CandidateRecord[]>();
  for (const record of records) {
    for (const key of resolveKeys(record, keysByName)) {
      const group = byKey.get(key);
      if (group) group.push(record);
      else byKey.set(key, [record]);
    }
  }
  return [...byKey].sort(([a], [b]) => (a < b ? -1 : 1)).map(([key, group]) => toFlaw(key, group, precedence));
}

function toFlaw(key: string, group: CandidateRecord[], precedence: readonly string[]): Flaw {
  const direct = group.filter((record) => !record.isBulletin && !record.isChangelog);
  const bulletins = group.filter((record) => record.isBulletin);
  const candidates = direct.length > 0 ? direct : bulletins.length > 0 ? bulletins : group;
  const rank = (record: CandidateRecord) => {
    const index = precedence.indexOf(record.feedId);
    return index < 0 ? precedence.length : index;
  };
  const best = Math.min(...candidates.map(rank));
  const deciding = candidates.filter((record) => rank(record) === best);
  const names = group.filter((record) => record.flawKeys.length === 1).flatMap((record) => record.names);
  return {
    key,
    aliases: [...new Set(names)].filter((name) => name !== key).sort(),
    deciding,
    supporting: group.filter((record) => !deciding.includes(record)),
  };
}

function toRecords(candidates: readonly AdvisoryRange[]): CandidateRecord[] {
  const byRecord = new Map<string, AdvisoryRange[]>();
  for (const entry of candidates) {
    if (entry.withdrawn) continue;
    const id = `${entry.feedId}\u0000${entry.recordId}`;
    const known = byRecord.get(id);
    if (known) known.push(entry);
    else byRecord.set(id, [entry]);
  }
  return [...byRecord].sort(([a], [b]) => compareText(a, b)).map(([, entries]) => toRecord(inFixedOrder(entries)));
}

/** The order in which a record lists its ranges must not show in the result. */
function inFixedOrder(entries: AdvisoryRange[]): AdvisoryRange[] {
  if (entries.length < 2) return entries;
  const keyed = entries.map((entry) => ({
    key: JSON.stringify([entry.ranges, entry.versions, entry.vendorStatus]),
    entry,
  }));
  return keyed.sort((a, b) => compareText(a.key, b.key)).map(({ entry }) => entry);
}

function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

function toRecord(entries: AdvisoryRange[]): CandidateRecord {
  const [entry] = entries;
  if (!entry) throw new Error("A record without entries is no candidate");
  return {
    recordId: entry.recordId,
    advisoryId: entry.advisoryId,
    feedId: entry.feedId,
    entries,
    names: [...new Set([entry.recordId, ...entry.aliases])],
    related: entry.related,
    flawKeys: flawKeysOf(entry),
    isBulletin: isBulletin(entry.recordId),
    neverAffected: entries.every((each) => each.vendorStatus === "notAffected"),
    isChangelog: entry.vendorStatus === "changelog",
    vendorStatus: entry.vendorStatus,
    urgency: entry.urgency,
    severity: entry.severity,
    severitySource: entry.severitySource,
  };
}

/** Other names → the CVE they belong to, as told by records of a single flaw. */
function namedKeys(records: CandidateRecord[]): Map<string, Set<string>> {
  const keys = new Map<string, Set<string>>();
  for (const record of records) {
    const [key] = record.flawKeys;
    if (record.isBulletin || record.flawKeys.length !== 1 || !key?.startsWith("CVE-")) continue;
    const bulletins = record.related.filter(isBulletin);
    for (const name of [...record.names, ...bulletins]) {
      keys.set(name, (keys.get(name) ?? new Set()).add(key));
    }
  }
  return keys;
}

/** A record that names no CVE takes the one that another record of the same package gives it. */
function resolveKeys(record: CandidateRecord, keysByName: Map<string, Set<string>>): string[] {
  if (record.flawKeys.some((key) => key.startsWith("CVE-"))) return record.flawKeys;
  const withoutRevision = record.recordId.replace(/-\d+$/, "");
  const names = record.isBulletin ? [...record.names, withoutRevision] : record.names;
  const known = new Set(names.flatMap((name) => [...(keysByName.get(name) ?? [])]));
  return known.size > 0 ? [...known].sort() : record.flawKeys;
}
