import { createHash } from "node:crypto";
import type { Severity } from "#domain/severity.ts";
import { severityRank } from "#domain/severity.ts";
import { newId, stableBigInt } from "#store/ids.ts";
import type { Executor } from "#store/sql.ts";

/** One match to store: what the engine says, with the id of the package version. */
export interface MatchRow {
  packageVersionId: bigint;
  vulnerabilityKey: string;
  aliases: string[];
  recordIds: string[];
  advisoryId: string;
  severity: Severity;
  severitySource: string | null;
  fixedVersion: string | null;
  status: string;
  vendorStatus: string | null;
  hiddenReason: string | null;
  why: unknown;
}

export interface MatchChanges {
  added: number;
  changed: number;
  resolved: number;
  /** Package versions with any difference. */
  packageIds: bigint[];
}

/** The stable id of a flaw, derived from its canonical key. */
export const vulnerabilityId = (key: string): bigint => stableBigInt("vulnerability", key);
/** The stable id of a record within its feed. */
export const advisoryId = (feedId: string, recordId: string): bigint => stableBigInt("advisory", feedId, recordId);

interface Row {
  packageVersionId: bigint;
  vulnerabilityId: bigint;
  contentHash: bigint;
  match: MatchRow;
}

interface Stored {
  packageVersionId: bigint;
  vulnerabilityId: bigint;
  contentHash: bigint;
}

/** Compares matches with what is stored for these package versions, without writing. */
export async function compareMatches(
  executor: Executor,
  packageIds: readonly bigint[],
  matches: readonly MatchRow[],
): Promise<{ added: Row[]; changed: Row[]; resolved: Stored[]; before: number }> {
  const stored = await loadStored(executor, packageIds);
  const before = stored.size;
  const added: Row[] = [];
  const changed: Row[] = [];
  for (const match of matches) {
    const row = toRow(match);
    const key = rowKey(row);
    const known = stored.get(key);
    if (!known) added.push(row);
    else if (known.contentHash !== row.contentHash) changed.push(row);
    stored.delete(key);
  }
  return { added, changed, resolved: [...stored.values()], before };
}

/**
 * Replaces the matches of these package versions: writes only what differs and appends history for package versions
 * that were matched before (`known`); for new ones every match would be noise.
 */
export async function replaceMatches(
  executor: Executor,
  input: {
    packageIds: readonly bigint[];
    known: ReadonlySet<bigint>;
    matches: readonly MatchRow[];
    importId: string | null;
    at: Date;
  },
): Promise<MatchChanges> {
  const { added, changed, resolved } = await compareMatches(executor, input.packageIds, input.matches);
  await ensureVulnerabilities(executor, [...added, ...changed]);
  const isKnown = (row: Stored) => input.known.has(row.packageVersionId);
  await appendHistory(executor, {
    importId: input.importId,
    at: input.at,
    added: added.filter(isKnown),
    changed: changed.filter(isKnown),
    resolved: resolved.filter(isKnown),
  });
  await writeRows(executor, [...added, ...changed], input.at);
  await deleteRows(executor, resolved);
  const packageIds = [...new Set([...added, ...changed, ...resolved].map((row) => row.packageVersionId))];
  await noteChangedPackages(
    executor,
    packageIds.filter((id) => input.known.has(id)),
    input.importId,
  );
  return { added: added.length, changed: changed.length, resolved: resolved.length, packageIds };
}

function toRow(match: MatchRow): Row {
  const { packageVersionId, aliases: _, ...content } = match;
  const hash = createHash("sha1").update(JSON.stringify(content)).digest().readBigInt64BE(0);
  return { packageVersionId, vulnerabilityId: vulnerabilityId(match.vulnerabilityKey), contentHash: hash, match };
}

const rowKey = (row: Stored) => `${row.packageVersionId}/${row.vulnerabilityId}`;

async function loadStored(executor: Executor, packageIds: readonly bigint[]): Promise<Map<string, Stored>> {
  const result = await executor.query<Stored>(
    `select package_version_id as "packageVersionId", vulnerability_id as "vulnerabilityId", content_hash as "contentHash"
       from package_advisory where package_version_id = any($1::bigint[])`,
    [packageIds.map(String)],
  );
  return new Map(result.rows.map((row) => [rowKey(row), row]));
}

/** A match may name a flaw that no single record stands for (a bulletin without CVE): it gets a row of its own. */
async function ensureVulnerabilities(executor: Executor, rows: readonly Row[]): Promise<void> {
  const flaws = new Map(rows.map((row) => [row.match.vulnerabilityKey, row.match]));
  if (flaws.size === 0) return;
  const values = [...flaws.values()];
  await executor.query(
    `insert into vulnerability (id, key, aliases, title, details, severity, severity_rank, severity_source)
     select f.id, f.key, array(select jsonb_array_elements_text(f.aliases)), f.key, '', f.severity, f.rank, f.source
       from jsonb_to_recordset($1::jsonb) as f(id bigint, key text, aliases jsonb, severity text, rank smallint, source text)
      where not exists (select 1 from vulnerability v where v.id = f.id)
      order by f.id
     on conflict do nothing`,
    [
      JSON.stringify(
        values.map((match) => ({
          id: vulnerabilityId(match.vulnerabilityKey).toString(),
          key: match.vulnerabilityKey,
          aliases: match.aliases,
          severity: match.severity,
          rank: severityRank[match.severity],
          source: match.severitySource,
        })),
      ),
    ],
  );
}

async function writeRows(executor: Executor, rows: readonly Row[], at: Date): Promise<void> {
  for (let start = 0; start < rows.length; start += 5000) {
    const batch = rows.slice(start, start + 5000).map(({ match, ...row }) => ({
      package: row.packageVersionId.toString(),
      vulnerability: row.vulnerabilityId.toString(),
      hash: row.contentHash.toString(),
      advisory: match.advisoryId,
      records: match.recordIds,
      severity: match.severity,
      rank: severityRank[match.severity],
      source: match.severitySource,
      fixed: match.fixedVersion,
      status: match.status,
      vendor: match.vendorStatus,
      hidden: match.hiddenReason,
      why: match.why,
    }));
    await executor.query(
      `insert into package_advisory (package_version_id, vulnerability_id, content_hash, advisory_id, record_ids, severity,
              severity_rank, severity_source, fixed_version, status, vendor_status, hidden_reason, why, first_matched_at)
       select m.package, m.vulnerability, m.hash, m.advisory, array(select jsonb_array_elements_text(m.records)), m.severity,
              m.rank, m.source, m.fixed, m.status, m.vendor, m.hidden, m.why, $2
         from jsonb_to_recordset($1::jsonb) as m(package bigint, vulnerability bigint, hash bigint, advisory bigint,
              records jsonb, severity text, rank smallint, source text, fixed text, status text, vendor text, hidden text, why jsonb)
       on conflict (package_version_id, vulnerability_id) do update set
              content_hash = excluded.content_hash, advisory_id = excluded.advisory_id, record_ids = excluded.record_ids,
              severity = excluded.severity, severity_rank = excluded.severity_rank, severity_source = excluded.severity_source,
              fixed_version = excluded.fixed_version, status = excluded.status, vendor_status = excluded.vendor_status,
              hidden_reason = excluded.hidden_reason, why = excluded.why`,
      [JSON.stringify(batch), at],
    );
  }
}

async function deleteRows(executor: Executor, rows: readonly Stored[]): Promise<void> {
  if (rows.length === 0) return;
  await executor.query(
    `delete from package_advisory p using unnest($1::bigint[], $2::bigint[]) as r(package, vulnerability)
      where p.package_version_id = r.package and p.vulnerability_id = r.vulnerability`,
    [rows.map((row) => row.packageVersionId.toString()), rows.map((row) => row.vulnerabilityId.toString())],
  );
}

interface HistoryInput {
  importId: string | null;
  at: Date;
  added: readonly Row[];
  changed: readonly Row[];
  resolved: readonly Stored[];
}

/** Runs before the rows are rewritten: the state before comes from the table itself. */
async function appendHistory(executor: Executor, input: HistoryInput): Promise<void> {
  const entries = [
    ...input.added.map((row) => historyOf("new", row)),
    ...input.changed.map((row) => historyOf("changed", row)),
    ...input.resolved.map((row) => ({ ...historyOf("resolved", { ...row, match: null }) })),
  ];
  for (let start = 0; start < entries.length; start += 5000) {
    await executor.query(
      `insert into package_advisory_history (id, package_version_id, vulnerability_id, change, before, after, import_id, at)
       select h.id, h.package, h.vulnerability, h.change,
              case when p.package_version_id is not null then jsonb_build_object('severity', p.severity, 'fixedVersion', p.fixed_version,
                   'status', p.status, 'hiddenReason', p.hidden_reason, 'recordIds', to_jsonb(p.record_ids)) end,
              case when h.change <> 'resolved' then h.after
                   else jsonb_build_object('reason', case when a.id is null then 'The advisory was removed from its feed.'
                     when a.withdrawn_at is not null then 'The advisory was withdrawn.'
                     else 'The advisory no longer calls this version affected.' end,
                     'cause', case when a.id is null then 'removed' when a.withdrawn_at is not null then 'withdrawn' else 'changed' end) end,
              $2, $3
         from jsonb_to_recordset($1::jsonb) as h(id uuid, package bigint, vulnerability bigint, change text, after jsonb)
         left join package_advisory p on p.package_version_id = h.package and p.vulnerability_id = h.vulnerability
         left join advisory a on a.id = p.advisory_id`,
      [JSON.stringify(entries.slice(start, start + 5000)), input.importId, input.at],
    );
  }
}

function historyOf(change: string, row: Stored & { match: MatchRow | null }) {
  const { match } = row;
  return {
    id: newId(),
    package: row.packageVersionId.toString(),
    vulnerability: row.vulnerabilityId.toString(),
    change,
    after: match && {
      severity: match.severity,
      fixedVersion: match.fixedVersion,
      status: match.status,
      hiddenReason: match.hiddenReason,
      recordIds: match.recordIds,
    },
  };
}

/** Remembers package versions whose matches changed until the images that hold them are marked for recounting. */
export async function noteChangedPackages(
  executor: Executor,
  packageIds: readonly bigint[],
  importId: string | null,
): Promise<void> {
  if (packageIds.length === 0) return;
  await executor.query(
    `insert into package_change (package_version_id, import_id)
     select id, $2::uuid from unnest($1::bigint[]) as id order by id
     on conflict (package_version_id) do update set import_id = excluded.import_id, changed_at = now()`,
    [packageIds.map(String), importId],
  );
}
