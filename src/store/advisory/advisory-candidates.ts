import type { RecordRange } from "#domain/advisory-record.ts";
import type { Severity } from "#domain/severity.ts";
import type { Executor } from "#store/sql.ts";

/** One stored `affected` entry of an advisory, as the matcher takes it. */
export interface StoredCandidate {
  recordId: string;
  advisoryId: string;
  feedId: string;
  aliases: string[];
  related: string[];
  ecosystem: string;
  packageName: string;
  ranges: RecordRange[];
  versions: string[];
  vendorStatus: string | null;
  urgency: string | null;
  severity: Severity;
  severitySource: string | null;
  withdrawn: boolean;
}

/** Separates ecosystem and name in the keys of `loadCandidates`. */
export const candidateKey = (ecosystem: string, packageName: string): string => `${ecosystem}\u0000${packageName}`;

/**
 * All advisory entries of many package names by one query, grouped by `candidateKey`. The order within a name is fixed.
 */
export async function loadCandidates(
  executor: Executor,
  keys: readonly { ecosystem: string; packageName: string }[],
): Promise<Map<string, StoredCandidate[]>> {
  const byKey = new Map<string, StoredCandidate[]>();
  if (keys.length === 0) return byKey;
  // Written by the importer and typed by the table: tens of thousands of rows are not parsed one by one.
  const result = await executor.query<StoredCandidate>(
    `select a.record_id as "recordId", a.id::text as "advisoryId", a.feed_id as "feedId",
            array_prepend(a.record_id, a.aliases) as aliases, a.related, r.ecosystem, r.package_name as "packageName",
            r.ranges, r.versions, r.vendor_status as "vendorStatus", r.urgency,
            coalesce(r.severity, a.severity) as severity,
            case when r.severity is null then a.severity_source else r.severity_source end as "severitySource",
            a.withdrawn_at is not null as withdrawn
       from unnest($1::text[], $2::text[]) as k(ecosystem, package_name)
       join advisory_range r on r.ecosystem = k.ecosystem and r.package_name = k.package_name
       join advisory a on a.id = r.advisory_id
      where a.withdrawn_at is null
      order by r.ecosystem, r.package_name, a.feed_id, a.record_id, r.ordinal`,
    [keys.map((key) => key.ecosystem), keys.map((key) => key.packageName)],
  );
  for (const row of result.rows) {
    const key = candidateKey(row.ecosystem, row.packageName);
    const group = byKey.get(key);
    if (group) group.push(row);
    else byKey.set(key, [row]);
  }
  return byKey;
}

/** Severities of flaws by key, for matches that no record of the package itself rates. Unrated flaws are left out. */
export async function loadFlawSeverities(
  executor: Executor,
  keys: readonly string[],
): Promise<Map<string, { severity: Severity; source: string | null }>> {
  if (keys.length === 0) return new Map();
  const result = await executor.query<{ key: string; severity: Severity; source: string | null }>(
    `select key, severity, severity_source as source from vulnerability where key = any($1::text[]) and severity <> 'unknown'`,
    [keys],
  );
  return new Map(result.rows.map((row) => [row.key, { severity: row.severity, source: row.source }]));
}

/** The version of the advisories as committed. Read it before the candidates, never after. */
export async function currentAdvisoriesVersion(executor: Executor): Promise<bigint> {
  const result = await executor.query<{ version: bigint }>(
    `select advisories_version as version from advisory_state where version = 1`,
  );
  return result.rows[0]?.version ?? 0n;
}
