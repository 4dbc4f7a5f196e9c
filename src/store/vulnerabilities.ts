import { vulnerabilityId } from "./package-advisory.ts";
import type { Transaction } from "./transaction.ts";

// How much a record's words and rating are worth for the flaw as a whole, best first.
const recordRank = `case when a.record_id like 'GHSA-%' then 0 when a.record_id ~ '^(GO|RUSTSEC|PYSEC|RUBYSEC)-' then 1
  when cardinality(a.flaw_keys) = 1 then 2 else 4 end + case when a.title = '' then 8 else 0 end`;
// For the flaw as a whole a reviewed advisory or CVSS says more than one distribution's own priority.
const ratingRank = `case when a.severity = 'unknown' then 9 when a.severity_source = 'GHSA' then 0
  when a.severity_source like 'CVSS%' then 1 else 2 end + case when cardinality(a.flaw_keys) > 1 then 4 else 0 end`;
const severityNumber = `case severity when 'critical' then 5 when 'high' then 4 when 'medium' then 3 when 'low' then 2
  when 'informational' then 1 else 0 end`;

/**
 * Derives one row per flaw in the temporary table `touched_flaw` from every stored record that names it, signals
 * included. A flaw that no record names any more keeps its row, for history. Returns the flaws whose severity changed.
 */
export async function deriveVulnerabilities(tx: Transaction, input: { isDemo: boolean }): Promise<string[]> {
  await assignFlawIds(tx);
  await tx.query(`create temp table flaw_record on commit drop as
    select f.key, f.id, a.id as advisory_id, ${recordRank} as record_rank, ${ratingRank} as rating_rank
      from advisory a cross join lateral unnest(a.flaw_keys) as k(key) join touched_flaw f on f.key = k.key
     where a.flaw_keys && ${await flawFilter(tx)}`);
  await tx.query(`analyze flaw_record`);
  await tx.query(`create temp table flaw_value on commit drop as
    select w.key, w.id, coalesce(t.title, '') as title, coalesce(t.details, '') as details, r.severity, r.severity_source,
           c.cvss_score, c.cvss_vector, d.published_at, d.modified_at, d.withdrawn_at, n.names as aliases
      from touched_flaw w
      join (select distinct on (f.key) f.key, a.title, a.details from flaw_record f join advisory a on a.id = f.advisory_id
             order by f.key, (a.withdrawn_at is not null), f.record_rank, a.record_id) t on t.key = w.key
      join (select distinct on (f.key) f.key, a.severity, a.severity_source from flaw_record f join advisory a on a.id = f.advisory_id
             order by f.key, f.rating_rank, ${severityNumber.replaceAll("severity", "a.severity")} desc, a.record_id) r on r.key = w.key
      left join (select distinct on (f.key) f.key, a.cvss_score, a.cvss_vector from flaw_record f join advisory a on a.id = f.advisory_id
             where a.cvss_vector is not null order by f.key, cardinality(a.flaw_keys), f.rating_rank, a.cvss_score desc, a.record_id) c on c.key = w.key
      join (select f.key, min(a.published_at) as published_at, max(a.modified_at) as modified_at,
                   case when bool_and(a.withdrawn_at is not null) then max(a.withdrawn_at) end as withdrawn_at
              from flaw_record f join advisory a on a.id = f.advisory_id group by f.key) d on d.key = w.key
      join (select f.key, array_agg(distinct n.name) filter (where n.name is not null and n.name <> f.key) as names
              from flaw_record f join advisory a on a.id = f.advisory_id
              left join lateral unnest(case when cardinality(a.flaw_keys) = 1 then a.record_id || a.aliases end) as n(name) on true
             group by f.key) n on n.key = w.key`);
  const raised = await tx.query<{ id: string }>(
    `select f.id::text from flaw_value f join vulnerability v on v.id = f.id where v.severity is distinct from f.severity`,
  );
  await tx.query(
    `insert into vulnerability (id, key, aliases, title, details, severity, severity_rank, severity_source, cvss_score,
            cvss_vector, epss, epss_percentile, kev_added_at, kev_due_at, published_at, modified_at, withdrawn_at, is_demo)
     select f.id, f.key, coalesce(f.aliases, '{}'), f.title, f.details, f.severity, ${severityNumber.replaceAll("severity", "f.severity")},
            f.severity_source, f.cvss_score, f.cvss_vector, e.epss, e.epss_percentile, e.kev_added_at, e.kev_due_at,
            f.published_at, f.modified_at, f.withdrawn_at, $1
       from flaw_value f left join exploit_signal e on e.vulnerability_key = f.key
      order by f.id
     on conflict (id) do update set aliases = excluded.aliases, title = excluded.title, details = excluded.details,
            severity = excluded.severity, severity_rank = excluded.severity_rank, severity_source = excluded.severity_source,
            cvss_score = excluded.cvss_score, cvss_vector = excluded.cvss_vector, epss = excluded.epss,
            epss_percentile = excluded.epss_percentile, kev_added_at = excluded.kev_added_at, kev_due_at = excluded.kev_due_at,
            published_at = excluded.published_at, modified_at = excluded.modified_at, withdrawn_at = excluded.withdrawn_at,
            is_demo = vulnerability.is_demo and excluded.is_demo
      where (vulnerability.aliases, vulnerability.title, vulnerability.details, vulnerability.severity, vulnerability.severity_source,
             vulnerability.cvss_score, vulnerability.cvss_vector, vulnerability.published_at, vulnerability.modified_at,
             vulnerability.withdrawn_at, vulnerability.epss, vulnerability.kev_added_at, vulnerability.is_demo)
            is distinct from (excluded.aliases, excluded.title, excluded.details, excluded.severity, excluded.severity_source,
             excluded.cvss_score, excluded.cvss_vector, excluded.published_at, excluded.modified_at, excluded.withdrawn_at,
             excluded.epss, excluded.kev_added_at, excluded.is_demo)`,
    [input.isDemo],
  );
  return raised.rows.map((row) => row.id);
}

/** With few flaws the index on `flaw_keys` finds their records; with many one pass over the table is cheaper. */
async function flawFilter(tx: Transaction): Promise<string> {
  const result = await tx.query<{ count: number }>("select count(*)::int as count from touched_flaw");
  return (result.rows[0]?.count ?? 0) <= 500 ? "(select array_agg(key) from touched_flaw)" : "a.flaw_keys";
}

async function assignFlawIds(tx: Transaction): Promise<void> {
  const { rows } = await tx.query<{ key: string }>("select key from touched_flaw");
  await tx.query("alter table touched_flaw add column id bigint");
  for (let start = 0; start < rows.length; start += 20_000) {
    const keys = rows.slice(start, start + 20_000).map((row) => row.key);
    await tx.query(
      `update touched_flaw f set id = n.id from unnest($1::text[], $2::bigint[]) as n(key, id) where n.key = f.key`,
      [keys, keys.map((key) => vulnerabilityId(key).toString())],
    );
  }
  await tx.query("create index on touched_flaw (key); analyze touched_flaw");
}
