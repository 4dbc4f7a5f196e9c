import type { Diagnostic } from "#domain/evidence.ts";
import { compareSeverity } from "#domain/severity.ts";
import { advisoryKeys, comparedPackage, type EcosystemRules, ecosystemRules } from "./advisory-keys.ts";
import type { AdvisoryRange, MatchablePackage, PackageMatch } from "./facts.ts";
import { type CandidateRecord, type Flaw, groupFlaws } from "./match-advisories-flaws.ts";
import { hiddenReasonOf, statusOf } from "./match-advisories-status.ts";
import { evaluateRanges, fixesAbove } from "./osv-ranges.ts";
import { strongestSeverity } from "./severity-choice.ts";
import { VersionError } from "./versions/version-error.ts";

export interface MatchResult {
  /** One per flaw, worst first, then by key. Same input, same bytes. */
  matches: PackageMatch[];
  diagnostics: Diagnostic[];
}

/** Advisories of one package name, grouped by flaw. Made once and held against any number of versions. */
export interface CompiledAdvisories {
  ecosystem: string;
  packageName: string;
  flaws: Flaw[];
}

/**
 * Holds one package against its candidate advisories. Candidates of another ecosystem or name are ignored, withdrawn
 * ones too. A version that cannot be ordered gives a diagnostic, never silence.
 */
export function matchPackage(pkg: MatchablePackage, candidates: readonly AdvisoryRange[]): MatchResult {
  const keys = advisoryKeys(pkg);
  const own = candidates.filter((candidate) =>
    keys.some((key) => key.ecosystem === candidate.ecosystem && key.packageName === candidate.packageName),
  );
  return matchCompiled(pkg, compileAdvisories(pkg, own));
}

/** Groups the candidates of one package name by flaw; the version of `pkg` plays no part. */
export function compileAdvisories(pkg: MatchablePackage, candidates: readonly AdvisoryRange[]): CompiledAdvisories {
  const { name } = comparedPackage(pkg);
  const precedence = ecosystemRules(pkg.ecosystem)?.precedence ?? [];
  return { ecosystem: pkg.ecosystem, packageName: name, flaws: groupFlaws(candidates, precedence) };
}

/** As matchPackage, with candidates that `compileAdvisories` grouped before. */
export function matchCompiled(pkg: MatchablePackage, compiled: CompiledAdvisories): MatchResult {
  if (compiled.flaws.length === 0) return { matches: [], diagnostics: [] };
  const rules = ecosystemRules(pkg.ecosystem);
  if (!rules) {
    const message = `${pkg.name} ${pkg.version}: versions of ${pkg.ecosystem} cannot be ordered, so it is not assessed`;
    return { matches: [], diagnostics: [{ code: "no-version-order", message }] };
  }
  const judge = new Judge(pkg, rules);
  const matches = compiled.flaws.flatMap((flaw) => judge.matchFlaw(flaw) ?? []);
  matches.sort(
    (a, b) => compareSeverity(a.severity, b.severity) || compareText(a.vulnerabilityKey, b.vulnerabilityKey),
  );
  return { matches, diagnostics: judge.diagnostics() };
}

interface Verdict {
  record: CandidateRecord;
  affected: boolean;
  text: string;
}

/** Holds one package version against flaws and remembers what it could not read. */
class Judge {
  readonly #pkg: MatchablePackage;
  readonly #rules: EcosystemRules;
  readonly #name: string;
  readonly #version: string;
  readonly #unread = new Map<string, Diagnostic>();

  constructor(pkg: MatchablePackage, rules: EcosystemRules) {
    this.#pkg = pkg;
    this.#rules = rules;
    const { name, version } = comparedPackage(pkg);
    this.#name = name;
    this.#version = version;
  }

  diagnostics(): Diagnostic[] {
    return [...this.#unread.values()].sort((a, b) => compareText(a.message, b.message));
  }

  matchFlaw(flaw: Flaw): PackageMatch | undefined {
    const deciding = flaw.deciding.map((record) => this.#judge(record));
    if (deciding.some((verdict) => verdict.record.neverAffected)) return undefined;
    const affecting = deciding.filter((verdict) => verdict.affected);
    const [first] = affecting;
    if (!first) return undefined;
    const decided = this.#lowestFix(
      affecting.map((verdict) => verdict.record),
      flaw.deciding,
    );
    const fixedVersion = decided ?? this.#lowestFix(flaw.supporting, flaw.supporting);
    const supporting = flaw.supporting.map((record) => this.#judge(record));
    const { severity, source } = strongestSeverity([...flaw.deciding, ...flaw.supporting]);
    const others = [...deciding.filter((verdict) => verdict !== first), ...supporting];
    return {
      vulnerabilityKey: flaw.key,
      aliases: flaw.aliases,
      recordIds: unique([first, ...others].map((verdict) => verdict.record.recordId)),
      advisoryId: first.record.advisoryId,
      severity,
      severitySource: source,
      fixedVersion,
      status: statusOf(first.record, fixedVersion),
      vendorStatus: first.record.vendorStatus ?? first.record.urgency,
      hiddenReason: hiddenReasonOf(first.record, decided, supporting),
      why: {
        recordId: first.record.recordId,
        feedId: first.record.feedId,
        comparedName: this.#name,
        comparedVersion: this.#version,
        range: first.text,
        others: others.map((verdict) => ({ recordId: verdict.record.recordId, says: verdict.text })),
      },
    };
  }

  #judge(record: CandidateRecord): Verdict {
    let closest = "";
    for (const entry of record.entries) {
      const verdict = this.#evaluate(record, entry);
      if (verdict.affected) return { record, affected: true, text: verdict.text };
      closest ||= verdict.text;
    }
    return { record, affected: false, text: closest };
  }

  #evaluate(record: CandidateRecord, entry: AdvisoryRange): { affected: boolean; text: string } {
    try {
      return evaluateRanges(this.#version, entry, this.#rules.compare);
    } catch (error) {
      if (!(error instanceof VersionError)) throw error;
      this.#note(record, error);
      return { affected: false, text: `not judged: ${error.message}` };
    }
  }

  /** The lowest version above the installed one that no deciding record calls affected. */
  #lowestFix(sources: readonly CandidateRecord[], deciding: readonly CandidateRecord[]): string | null {
    const { compare } = this.#rules;
    try {
      const fixes = sources.flatMap((record) =>
        record.entries.flatMap((entry) => fixesAbove(this.#version, entry, compare)),
      );
      const entries = deciding.flatMap((record) => record.entries);
      const isFixed = (fix: string) => entries.every((entry) => !evaluateRanges(fix, entry, compare).affected);
      return unique(fixes).sort(compare).find(isFixed) ?? null;
    } catch (error) {
      if (error instanceof VersionError) return null;
      throw error;
    }
  }

  #note(record: CandidateRecord, error: VersionError): void {
    const own = error.version === this.#version;
    const key = own ? "installed" : record.recordId;
    if (this.#unread.has(key)) return;
    const where = own ? "the installed version" : `a version of ${record.recordId}`;
    this.#unread.set(key, {
      code: "unreadable-version",
      message: `${this.#pkg.name} ${this.#pkg.version}: ${where} cannot be ordered, so it is not fully assessed (${error.message})`,
    });
  }
}

function unique(values: string[]): string[] {
  return [...new Set(values)];
}

function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
