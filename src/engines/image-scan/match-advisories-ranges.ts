import type { AdvisoryRecord, RecordAffected } from "#domain/advisory-record.ts";
import type { AdvisoryRange } from "./facts.ts";
import { type Rating, rateRecord, sourceRank } from "./severity-choice.ts";

/** A record with the severity of each package it speaks of, and of the record as a whole. */
export interface RatedAdvisory {
  record: AdvisoryRecord;
  rating: Rating;
  ratings: Rating[];
}

/** Chooses severities: one per `affected` entry (vendors rate per release) and the weightiest of them for the record. */
export function rateAdvisory(record: AdvisoryRecord): RatedAdvisory {
  const ratings = record.affected.map((entry) => rateAffected(record, entry));
  const unplaced = rateRecord({ ...record, ecosystem: "", urgency: null });
  const first = ratings.length > 0 ? ratings : [unplaced];
  const [rating = unplaced] = [...first].sort((a, b) => sourceRank(a.source) - sourceRank(b.source));
  return { record, rating, ratings };
}

/** Severity of one record for one of its packages. */
export function rateAffected(record: AdvisoryRecord, { ecosystem, urgency, cvss }: RecordAffected): Rating {
  return rateRecord({ ...record, cvss: cvss ?? record.cvss, ecosystem, urgency });
}

/** The candidates that a record gives the matcher, for callers that hold records in memory (the command line). */
export function advisoryRanges(feedId: string, record: AdvisoryRecord): AdvisoryRange[] {
  const { ratings } = rateAdvisory(record);
  return record.affected.map((entry, index) => ({
    recordId: record.recordId,
    advisoryId: `${feedId}/${record.recordId}`,
    feedId,
    aliases: [record.recordId, ...record.aliases],
    related: record.related,
    ecosystem: entry.ecosystem,
    packageName: entry.packageName,
    ranges: entry.ranges,
    versions: entry.versions,
    vendorStatus: entry.vendorStatus,
    urgency: entry.urgency,
    severity: ratings[index]?.severity ?? "unknown",
    severitySource: ratings[index]?.source ?? null,
    withdrawn: record.withdrawnAt !== null,
  }));
}
