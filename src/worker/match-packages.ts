import { clock } from "#clock.ts";
import type { Diagnostic } from "#domain/evidence.ts";
import { advisoryKeys } from "#engines/image-scan/advisory-keys.ts";
import type { MatchablePackage } from "#engines/image-scan/facts.ts";
import { type CompiledAdvisories, compileAdvisories, matchCompiled } from "#engines/image-scan/match-advisories.ts";
import {
  candidateKey,
  currentAdvisoriesVersion,
  loadCandidates,
  loadFlawSeverities,
  type StoredCandidate,
} from "#store/advisory/advisory-candidates.ts";
import { compareMatches, type MatchChanges, type MatchRow, replaceMatches } from "#store/advisory/package-advisory.ts";
import { applyExemptionsToPackages } from "#store/exemption/to-findings.ts";
import { lockPackages, markMatched, readPackages, type StoredPackage } from "#store/image/package-version.ts";
import type { Executor } from "#store/sql.ts";

export interface MatchOutcome extends MatchChanges {
  /** The advisories that the matches follow: hold it against `advisory_state` before committing a scan. */
  advisoriesVersion: bigint;
  /** Package versions that could not be judged in full, and why. They belong into the result of the image's scan. */
  diagnostics: { packageVersionId: bigint; diagnostic: Diagnostic }[];
}

const chunkSize = 2000;

/**
 * Matches stored package versions against the stored advisories and replaces their matches, in the caller's
 * transaction. Package versions that were matched before get history rows (with `importId`) where the result differs;
 * with `isUpdate`, because the advisories changed, all of them do.
 */
export async function matchPackages(
  executor: Executor,
  packageVersionIds: readonly bigint[],
  options: { importId?: string | null; isUpdate?: boolean } = {},
): Promise<MatchOutcome> {
  const advisoriesVersion = await currentAdvisoriesVersion(executor);
  const total: MatchOutcome = { advisoriesVersion, diagnostics: [], added: 0, changed: 0, resolved: 0, packageIds: [] };
  // One order everywhere, so that two transactions that lock the same packages wait instead of blocking each other.
  const ids = [...new Set(packageVersionIds)].sort((a, b) => (a < b ? -1 : a > b ? 1 : 0));
  for (let start = 0; start < ids.length; start += chunkSize) {
    const packages = await lockPackages(executor, ids.slice(start, start + chunkSize));
    const packageIds = packages.map((pkg) => pkg.id);
    const at = clock.now();
    const { matches, diagnostics } = await findMatches(executor, packages);
    const changes = await replaceMatches(executor, {
      packageIds,
      known: new Set(packages.filter((pkg) => options.isUpdate || pkg.wasMatched).map((pkg) => pkg.id)),
      matches,
      importId: options.importId ?? null,
      at,
    });
    await applyExemptionsToPackages(executor, changes.packageIds);
    await markMatched(executor, packageIds, { advisoriesVersion, at });
    total.added += changes.added;
    total.changed += changes.changed;
    total.resolved += changes.resolved;
    for (const id of changes.packageIds) total.packageIds.push(id);
    for (const entry of diagnostics) total.diagnostics.push(entry);
  }
  return total;
}

/** What matching would change, without writing: how many matches would appear, disappear, and stand now. */
export async function previewMatches(
  executor: Executor,
  packageVersionIds: readonly bigint[],
): Promise<{ added: number; changed: number; resolved: number; before: number }> {
  const total = { added: 0, changed: 0, resolved: 0, before: 0 };
  for (let start = 0; start < packageVersionIds.length; start += chunkSize) {
    const packages = await readPackages(executor, packageVersionIds.slice(start, start + chunkSize));
    const { matches } = await findMatches(executor, packages);
    const difference = await compareMatches(
      executor,
      packages.map((pkg) => pkg.id),
      matches,
    );
    total.added += difference.added.length;
    total.changed += difference.changed.length;
    total.resolved += difference.resolved.length;
    total.before += difference.before;
  }
  return total;
}

interface Found {
  matches: MatchRow[];
  diagnostics: MatchOutcome["diagnostics"];
}

async function findMatches(executor: Executor, packages: readonly StoredPackage[]): Promise<Found> {
  const candidates = await loadCandidates(executor, distinctKeys(packages));
  const rows: MatchRow[] = [];
  const diagnostics: Found["diagnostics"] = [];
  let compiled: { key: string; advisories: CompiledAdvisories } | undefined;
  for (const stored of packages) {
    const pkg = toMatchable(stored);
    const keys = advisoryKeys(pkg).map((key) => candidateKey(key.ecosystem, key.packageName));
    const key = `${pkg.ecosystem}\u0001${keys.join("\u0001")}`;
    if (compiled?.key !== key) compiled = { key, advisories: compileAdvisories(pkg, collect(candidates, keys)) };
    const result = matchCompiled(pkg, compiled.advisories);
    for (const match of result.matches) rows.push({ packageVersionId: stored.id, ...match });
    for (const diagnostic of result.diagnostics) diagnostics.push({ packageVersionId: stored.id, diagnostic });
  }
  return { matches: await withSeverities(executor, rows), diagnostics };
}

function collect(candidates: Map<string, StoredCandidate[]>, keys: string[]): StoredCandidate[] {
  return keys.flatMap((key) => candidates.get(key) ?? []);
}

function distinctKeys(packages: readonly StoredPackage[]): { ecosystem: string; packageName: string }[] {
  const keys = new Map<string, { ecosystem: string; packageName: string }>();
  for (const stored of packages) {
    for (const key of advisoryKeys(toMatchable(stored))) keys.set(candidateKey(key.ecosystem, key.packageName), key);
  }
  return [...keys.values()];
}

/** A record without severity (Go, Alpine's secdb) takes the one that another feed gives the same flaw. */
async function withSeverities(executor: Executor, rows: MatchRow[]): Promise<MatchRow[]> {
  const unrated = rows.filter((row) => row.severity === "unknown").map((row) => row.vulnerabilityKey);
  const known = await loadFlawSeverities(executor, [...new Set(unrated)]);
  if (known.size === 0) return rows;
  return rows.map((row) => {
    const rated = row.severity === "unknown" ? known.get(row.vulnerabilityKey) : undefined;
    return rated ? { ...row, severity: rated.severity, severitySource: rated.source } : row;
  });
}

function toMatchable(stored: StoredPackage): MatchablePackage {
  // `type` comes from a column that only scans write, from the same list of types.
  return stored as MatchablePackage;
}
