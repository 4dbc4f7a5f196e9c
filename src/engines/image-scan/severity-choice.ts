import cvssCalculator from "ae-cvss-calculator";
import { compareSeverity, type Severity } from "#domain/severity.ts";

/** A severity with the source it comes from, such as `Debian urgency`, `GHSA` or `CVSS 3.1`. */
export interface Rating {
  severity: Severity;
  source: string | null;
  score: number | null;
  vector: string | null;
}

export interface RatedRecord {
  recordId: string;
  ecosystem: string;
  title: string;
  cvss: readonly string[];
  statedSeverity: string | null;
  urgency: string | null;
}

/**
 * Severity of one record for one package: the vendor's own word first, then the advisory's (GHSA), then the newest CVSS
 * vector. Unrated stays `unknown`. The CVSS score and vector are kept whatever decided.
 */
export function rateRecord(record: RatedRecord): Rating {
  const cvss = newestCvss(record.cvss);
  const stated = vendorSeverity(record) ?? statedSeverity(record);
  const rated = stated ?? (cvss && { severity: cvss.severity, source: `CVSS ${cvss.version}` });
  return {
    severity: rated?.severity ?? "unknown",
    source: rated?.source ?? null,
    score: cvss?.score ?? null,
    vector: cvss?.vector ?? null,
  };
}

/** The severity that counts among several records of one flaw: vendor before GHSA before CVSS, the worst among equals. */
export function strongestSeverity(ratings: readonly { severity: Severity; severitySource: string | null }[]): {
  severity: Severity;
  source: string | null;
} {
  const rated = ratings.filter((rating) => rating.severity !== "unknown");
  const [best] = rated.sort(
    (a, b) => sourceRank(a.severitySource) - sourceRank(b.severitySource) || compareSeverity(a.severity, b.severity),
  );
  return { severity: best?.severity ?? "unknown", source: best?.severitySource ?? null };
}

/** 0 vendor, 1 reviewed advisory, 2 a bare CVSS vector, 3 nobody. */
export function sourceRank(source: string | null): number {
  if (source === null) return 3;
  if (source.startsWith("CVSS")) return 2;
  return source === "GHSA" ? 1 : 0;
}

const words: Record<string, Severity> = {
  critical: "critical",
  important: "high",
  high: "high",
  moderate: "medium",
  medium: "medium",
  low: "low",
  negligible: "low",
  minor: "low",
  unimportant: "low",
};

function vendorSeverity(record: RatedRecord): { severity: Severity; source: string } | undefined {
  const vendor = record.ecosystem.split(":", 1)[0] ?? "";
  // Debian marks guessed urgencies with asterisks ("low**").
  const urgency = words[record.urgency?.toLowerCase().replaceAll("*", "") ?? ""];
  if (urgency) return { severity: urgency, source: vendor === "Ubuntu" ? "Ubuntu priority" : `${vendor} urgency` };
  if (!/^(?:AlmaLinux|Rocky Linux|Red Hat|Azure Linux)$/.test(vendor)) return undefined;
  const word = record.statedSeverity ?? /^(Critical|Important|Moderate|Low):/.exec(record.title)?.[1] ?? "";
  const severity = words[word.toLowerCase()];
  return severity && { severity, source: vendor };
}

function statedSeverity(record: RatedRecord): { severity: Severity; source: string } | undefined {
  const severity = words[record.statedSeverity?.toLowerCase() ?? ""];
  if (!severity) return undefined;
  return { severity, source: record.recordId.startsWith("GHSA-") ? "GHSA" : (record.recordId.split("-", 1)[0] ?? "") };
}

interface CvssRating {
  version: string;
  score: number;
  severity: Severity;
  vector: string;
}

const scored = new Map<string, CvssRating | null>();

/** The rating of the newest CVSS version among the vectors; a vector that does not parse is passed over. */
export function newestCvss(vectors: readonly string[]): CvssRating | undefined {
  const ratings = vectors.map(rateVector).filter((rating) => rating !== null);
  return ratings.sort((a, b) => (a.version < b.version ? 1 : a.version > b.version ? -1 : b.score - a.score))[0];
}

function rateVector(vector: string): CvssRating | null {
  const known = scored.get(vector);
  if (known !== undefined) return known;
  const rating = scoreVector(vector);
  // Few distinct vectors exist, but a hostile file may bring many.
  if (scored.size > 50_000) scored.clear();
  scored.set(vector, rating);
  return rating;
}

function scoreVector(vector: string): CvssRating | null {
  const score = baseScore(vector);
  if (score === undefined || !Number.isFinite(score)) return null;
  const version = /^CVSS:(\d\.\d)/.exec(vector)?.[1] ?? "2.0";
  return { version, score, severity: severityOfScore(score), vector };
}

/** Undefined when a base metric is missing: the calculator would call such a vector 0. */
function baseScore(vector: string): number | undefined {
  try {
    const scores = cvssCalculator.fromVector(vector)?.calculateScores();
    if (!scores || ("base" in scores && scores.base === undefined)) return undefined;
    return scores.overall;
  } catch {
    return undefined;
  }
}

/** Qualitative scale of CVSS 3.1 §5. A score of 0 is kept as low: it must not drop out of the counts. */
function severityOfScore(score: number): Severity {
  if (score >= 9) return "critical";
  if (score >= 7) return "high";
  return score >= 4 ? "medium" : "low";
}
