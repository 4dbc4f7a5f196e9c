/** One event of a version range, in the ecosystem's own order. The shape of OSV with one word more. */
export type RecordEvent = { introduced: string } | { fixed: string } | { lastAffected: string } | { limit: string };

export interface RecordRange {
  type: "ECOSYSTEM" | "SEMVER";
  events: RecordEvent[];
}

/** One package that a record speaks of. */
export interface RecordAffected {
  ecosystem: string;
  packageName: string;
  ranges: RecordRange[];
  versions: string[];
  /** The vendor's own word: Ubuntu `needed`, Debian `no-dsa: Minor issue`, `notAffected`, `changelog`. */
  vendorStatus: string | null;
  /** Debian urgency or Ubuntu priority, as written. */
  urgency: string | null;
  /** CVSS vectors that the record states for this package alone; they count before those of the record. */
  cvss?: string[];
}

/** What every supported feed is turned into before anything else looks at it. Dates are ISO texts. */
export interface AdvisoryRecord {
  recordId: string;
  aliases: string[];
  related: string[];
  title: string;
  details: string;
  /** CVSS vectors as the record states them. */
  cvss: string[];
  /** Severity in words, as the record states it: `HIGH`, `Important`. */
  statedSeverity: string | null;
  publishedAt: string | null;
  modifiedAt: string | null;
  withdrawnAt: string | null;
  links: { type: string; url: string }[];
  affected: RecordAffected[];
}

/** A CVE that is exploited in the wild (CISA KEV). */
export interface ExploitedRecord {
  key: string;
  addedAt: string;
  dueAt: string | null;
  action: string | null;
}

/** Probability of exploitation within 30 days (FIRST EPSS), both 0…1. */
export interface ExploitProbability {
  key: string;
  epss: number;
  percentile: number;
}

/** One release line of a distribution and the day its support ends. */
export interface LifecycleRecord {
  distribution: string;
  cycle: string;
  endOfLifeAt: string | null;
  extendedSupportEndsAt: string | null;
  latestVersion: string | null;
}
