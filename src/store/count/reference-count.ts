import { riskOf } from "#domain/placement-counts.ts";
import type { Executor } from "#store/sql.ts";
import {
  type ReferenceFacts,
  type ReferenceMatch,
  type ReferencePlace,
  readReferenceFacts,
} from "./reference-facts.ts";

/** Figures over flaws, each counted once. */
export interface Figures {
  critical: number;
  high: number;
  medium: number;
  low: number;
  unrated: number;
  fixable: number;
  kev: number;
  hidden: number;
  exempt: number;
  findings: number;
}

export interface PlaceCount extends Figures {
  place: ReferencePlace;
  risk: number;
  posture: string;
  isFed: boolean;
  isLead: boolean;
}

export interface FlawCount {
  rank: number;
  images: number;
  places: number;
  fixablePlaces: number;
  /** Milliseconds since 1970. */
  firstAffectedAt: number;
}

export interface RegistryCount {
  places: PlaceCount[];
  /** By id of the vulnerability. */
  flaws: Map<string, FlawCount>;
  /** Flaws that are exempt in a live place. */
  exempt: number;
}

interface Tally {
  open: number;
  fixable: number;
  hidden: number;
  exempt: number;
  worst: number;
  firstMatchedAt: number;
}

/**
 * Counts one registry the plain way: every finding of every place is looked at, from the base tables, without the tables and views
 * that the product counts with. What is stored must equal it (`verifyFigures`).
 */
export async function referenceCount(executor: Executor, registryId: string, now: Date): Promise<RegistryCount> {
  const facts = await readReferenceFacts(executor, registryId, now);
  const flaws = new Map<string, FlawCount>();
  const exempt = new Set<string>();
  const places: PlaceCount[] = [];
  for (const ofImage of Map.groupBy(facts.places, (place) => place.digest).values()) {
    const inImage = new Set<string>();
    const counted = ofImage.map((place) => {
      const tallies = talliesOf(facts, place);
      if (place.isLive) noteFlaws({ place, tallies, flaws, exempt, inImage });
      return countPlace(facts, place, tallies);
    });
    const [lead] = [...counted].sort(byWorst);
    if (lead) lead.isLead = true;
    places.push(...counted);
  }
  return { places, flaws, exempt: exempt.size };
}

function talliesOf(facts: ReferenceFacts, place: ReferencePlace): Map<string, Tally> {
  const tallies = new Map<string, Tally>();
  for (const setId of facts.setsOf.get(place.digest) ?? []) {
    for (const match of facts.matchesOf.get(setId) ?? []) {
      let tally = tallies.get(match.flaw);
      if (!tally) {
        tally = { open: 0, fixable: 0, hidden: 0, exempt: 0, worst: -1, firstMatchedAt: Number.POSITIVE_INFINITY };
        tallies.set(match.flaw, tally);
      }
      addMatch(tally, match, match.isExempt || isExemptHere(facts, place, match));
    }
  }
  return tallies;
}

function isExemptHere({ exempted }: ReferenceFacts, place: ReferencePlace, match: ReferenceMatch): boolean {
  return exempted.size > 0 && exempted.has(`${place.id} ${match.flaw} ${match.packageId}`);
}

function addMatch(tally: Tally, match: ReferenceMatch, isExempt: boolean): void {
  if (match.isHidden) tally.hidden += 1;
  else if (isExempt) tally.exempt += 1;
  else {
    tally.open += 1;
    if (match.isFixable) tally.fixable += 1;
    tally.worst = Math.max(tally.worst, match.rank);
    tally.firstMatchedAt = Math.min(tally.firstMatchedAt, match.firstMatchedAt);
  }
}

const severityOfRank = ["unrated", "low", "low", "medium", "high", "critical"] as const;

function countPlace(facts: ReferenceFacts, place: ReferencePlace, tallies: Map<string, Tally>): PlaceCount {
  const figures: Figures = {
    critical: 0,
    high: 0,
    medium: 0,
    low: 0,
    unrated: 0,
    fixable: 0,
    kev: 0,
    hidden: 0,
    exempt: 0,
    findings: 0,
  };
  for (const [flaw, tally] of tallies) {
    if (tally.open === 0) {
      figures[tally.exempt > 0 ? "exempt" : "hidden"] += 1;
      continue;
    }
    figures.findings += tally.open;
    figures[severityOfRank[tally.worst] ?? "unrated"] += 1;
    if (tally.fixable === tally.open) figures.fixable += 1;
    if (facts.exploited.has(flaw)) figures.kev += 1;
  }
  const ecosystems = facts.ecosystemsOf.get(place.digest) ?? [];
  const isFed = ecosystems.length > 0 && ecosystems.every((ecosystem) => facts.watched.has(ecosystem));
  return { ...figures, place, risk: riskOf(figures), posture: postureOf(figures, place, isFed), isFed, isLead: false };
}

function postureOf(figures: Figures, place: ReferencePlace, isFed: boolean): string {
  if (figures.critical + figures.high + figures.medium + figures.unrated + figures.kev > 0) return "unhealthy";
  const isWhole = place.scanState === "done" && place.osState === "known" && place.completeness === "complete";
  return isWhole && isFed ? "healthy" : "unknown";
}

interface Noting {
  place: ReferencePlace;
  tallies: Map<string, Tally>;
  flaws: Map<string, FlawCount>;
  exempt: Set<string>;
  inImage: Set<string>;
}

function noteFlaws({ place, tallies, flaws, exempt, inImage }: Noting): void {
  for (const [flaw, tally] of tallies) {
    if (tally.open === 0) {
      if (tally.exempt > 0) exempt.add(flaw);
      continue;
    }
    if (tally.exempt > 0) exempt.add(flaw);
    const count = flaws.get(flaw) ?? {
      rank: -1,
      images: 0,
      places: 0,
      fixablePlaces: 0,
      firstAffectedAt: Number.POSITIVE_INFINITY,
    };
    flaws.set(flaw, count);
    count.rank = Math.max(count.rank, tally.worst);
    count.places += 1;
    if (!inImage.has(flaw)) count.images += 1;
    inImage.add(flaw);
    if (tally.fixable === tally.open) count.fixablePlaces += 1;
    count.firstAffectedAt = Math.min(count.firstAffectedAt, Math.max(place.firstSeenAt, tally.firstMatchedAt));
  }
}

/** Live before retired, then by risk, low and unrated flaws, then by id. */
export function byWorst(a: PlaceCount, b: PlaceCount): number {
  return (
    Number(b.place.isLive) - Number(a.place.isLive) ||
    b.risk - a.risk ||
    b.low - a.low ||
    b.unrated - a.unrated ||
    (a.place.id < b.place.id ? -1 : 1)
  );
}
