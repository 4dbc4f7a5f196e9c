import { carrySortKeys } from "#store/count/flaw-figure.ts";
import type { Transaction } from "#store/transaction.ts";
import { bumpAdvisoriesVersion } from "./advisory-state.ts";
import { advisoryId } from "./package-advisory.ts";
import { touchPackages } from "./package-touch.ts";
import { deriveVulnerabilities } from "./vulnerability.ts";

export interface MergeInput {
  feedId: string;
  importId: string;
  isDemo: boolean;
  /** False for a delta: records that are not in it stay. */
  isSnapshot: boolean;
}

export interface MergeCounts {
  records: number;
  added: number;
  changed: number;
  removed: number;
}

/** Two imports of one feed wait for each other; imports of different feeds do not. */
export async function lockFeed(tx: Transaction, feedId: string): Promise<void> {
  await tx.query("select pg_advisory_xact_lock(hashtext('advisory feed'), hashtext($1))", [feedId]);
}

/** Records of a feed as stored now. */
export async function countRecords(tx: Transaction, feedId: string): Promise<number> {
  const result = await tx.query<{ count: number }>("select count(*)::int as count from advisory where feed_id = $1", [
    feedId,
  ]);
  return result.rows[0]?.count ?? 0;
}

/**
 * Finds out what a staged feed would change: fills the temporary tables `stage_record` (one row per record with its
 * hash), `stage_changed` and `stage_removed`. Records with the same id in one file are one record.
 */
export async function compareStaged(tx: Transaction, input: MergeInput): Promise<MergeCounts> {
  await tx.query(`create temp table stage_record on commit drop as
    select record_id, min(seq) as seq, null::bigint as id,
           case when count(*) = 1 then (array_agg(hash))[1] else sha256(string_agg(hash, ''::bytea order by seq)) end as hash
      from stage_advisory group by record_id;
    create index on stage_range (record_id)`);
  await tx.query("analyze stage_record; analyze stage_range (record_id, seq); analyze stage_advisory (record_id, seq)");
  await tx.query(
    `create temp table stage_changed on commit drop as
     select s.record_id, s.seq, s.hash, a.id as known_id, null::bigint as id
       from stage_record s left join advisory a on a.feed_id = '${quote(input.feedId)}' and a.record_id = s.record_id
      where a.id is null or a.content_hash <> s.hash`,
  );
  await tx.query(
    `create temp table stage_removed on commit drop as
     select a.id from advisory a where a.feed_id = '${quote(input.feedId)}' and ${input.isSnapshot ? "true" : "false"}
        and not exists (select 1 from stage_record s where s.record_id = a.record_id)`,
  );
  await assignIds(tx, input.feedId);
  await tx.query("create index on stage_changed (record_id); analyze stage_changed; analyze stage_removed");
  const result = await tx.query<MergeCounts>(
    `select (select count(*)::int from stage_record) as records,
            (select count(*)::int from stage_changed where known_id is null) as added,
            (select count(*)::int from stage_changed where known_id is not null) as changed,
            (select count(*)::int from stage_removed) as removed`,
  );
  return result.rows[0] ?? { records: 0, added: 0, changed: 0, removed: 0 };
}

/** Utility statements take no bind values; feed ids come from our own catalogue or a cleaned file name. */
function quote(text: string): string {
  return text.replaceAll("'", "''");
}

async function assignIds(tx: Transaction, feedId: string): Promise<void> {
  const result = await tx.query<{ record_id: string }>("select record_id from stage_changed where known_id is null");
  const names = result.rows.map((row) => row.record_id);
  for (let start = 0; start < names.length; start += 20_000) {
    const part = names.slice(start, start + 20_000);
    await tx.query(
      `update stage_changed c set id = n.id from unnest($1::text[], $2::bigint[]) as n(record_id, id) where n.record_id = c.record_id`,
      [part, part.map((name) => advisoryId(feedId, name).toString())],
    );
  }
  await tx.query("update stage_changed set id = known_id where known_id is not null");
}

/**
 * Applies a compared feed: rewrites changed records, deletes removed ones, derives their vulnerabilities, raises the
 * version of the advisories and notes the package versions to match again. Returns how many package versions that is.
 */
export async function mergeStaged(
  tx: Transaction,
  input: MergeInput,
): Promise<{ touched: number; advisoriesVersion: bigint }> {
  await tx.query(`create temp table touched_key on commit drop as
    select distinct ecosystem, package_name from (
      select r.ecosystem, r.package_name from advisory_range r join stage_changed c on c.known_id = r.advisory_id
      union all select r.ecosystem, r.package_name from advisory_range r join stage_removed d on d.id = r.advisory_id
      union all select r.ecosystem, r.package_name from stage_range r join stage_changed c on c.record_id = r.record_id) k`);
  await tx.query(`create temp table touched_flaw on commit drop as
    select distinct key from (
      select unnest(a.flaw_keys) as key from advisory a join stage_changed c on c.known_id = a.id
      union all select unnest(a.flaw_keys) from advisory a join stage_removed d on d.id = a.id
      union all select unnest(s.flaw_keys) from stage_advisory s join stage_changed c on c.record_id = s.record_id) k`);
  await tx.query("analyze touched_key; analyze touched_flaw");
  await writeAdvisories(tx, input);
  await writeRanges(tx);
  // The next statements would otherwise be planned for the tables as they were before a first, large import.
  const { rows } = await tx.query<{ large: boolean }>("select count(*) > 1000 as large from stage_changed");
  if (rows[0]?.large)
    await tx.query(
      "analyze advisory (id, feed_id, record_id); analyze advisory_range (advisory_id, ecosystem, package_name)",
    );
  await noteEcosystems(tx, input.feedId);
  const raised = await deriveVulnerabilities(tx, input);
  await carrySortKeys(tx);
  // Raising the version waits for scans that are being saved; only behind it are their package versions visible.
  const advisoriesVersion = await bumpAdvisoriesVersion(tx, input.importId);
  const touched = await touchPackages(tx, { importId: input.importId, flawIds: raised });
  return { touched, advisoriesVersion };
}

async function writeAdvisories(tx: Transaction, input: MergeInput): Promise<void> {
  await tx.query(
    "delete from advisory_range where advisory_id in (select id from stage_removed union all select known_id from stage_changed where known_id is not null)",
  );
  await tx.query("delete from advisory where id in (select id from stage_removed)");
  await tx.query(
    `insert into advisory (id, feed_id, record_id, aliases, related, flaw_keys, title, details, severity, severity_source,
            cvss_score, cvss_vector, published_at, modified_at, withdrawn_at, links, content_hash, import_id, is_demo)
     select c.id, $1, s.record_id, s.aliases, s.related, s.flaw_keys, s.title, s.details, s.severity, s.severity_source,
            s.cvss_score, s.cvss_vector, s.published_at, s.modified_at, s.withdrawn_at, s.links, c.hash, $2, $3
       from stage_changed c join stage_advisory s on s.seq = c.seq
     on conflict (id) do update set aliases = excluded.aliases, related = excluded.related, flaw_keys = excluded.flaw_keys,
            title = excluded.title, details = excluded.details, severity = excluded.severity,
            severity_source = excluded.severity_source, cvss_score = excluded.cvss_score, cvss_vector = excluded.cvss_vector,
            published_at = excluded.published_at, modified_at = excluded.modified_at, withdrawn_at = excluded.withdrawn_at,
            links = excluded.links, content_hash = excluded.content_hash, import_id = excluded.import_id`,
    [input.feedId, input.importId, input.isDemo],
  );
}

async function writeRanges(tx: Transaction): Promise<void> {
  await tx.query(
    `insert into advisory_range (advisory_id, ordinal, ecosystem, package_name, ranges, versions, vendor_status, urgency,
            severity, severity_source)
     select c.id, row_number() over (partition by c.id order by r.seq), r.ecosystem, r.package_name, r.ranges, r.versions,
            r.vendor_status, r.urgency, r.severity, r.severity_source
       from stage_changed c join stage_range r on r.record_id = c.record_id`,
  );
}

/** Which ecosystems the feed speaks of now. Notes on single packages (changelogs) do not make it one that watches them. */
async function noteEcosystems(tx: Transaction, feedId: string): Promise<void> {
  await tx.query(
    `insert into feed_ecosystem (feed_id, ecosystem)
     select distinct $1, r.ecosystem from stage_range r join stage_changed c on c.record_id = r.record_id
      where r.vendor_status is distinct from 'changelog' on conflict do nothing`,
    [feedId],
  );
  await tx.query(
    `delete from feed_ecosystem e where e.feed_id = $1 and e.ecosystem in (select ecosystem from touched_key)
        and not exists (select 1 from advisory_range r join advisory a on a.id = r.advisory_id and a.feed_id = e.feed_id
                         where r.ecosystem = e.ecosystem and r.vendor_status is distinct from 'changelog')`,
    [feedId],
  );
}
