import { FEED_STALE_AFTER_HOURS, feedKey } from "#domain/feed-state.ts";
import type { Executor } from "#store/sql.ts";

export interface ReferencePlace {
  id: string;
  repositoryId: string;
  /** In hex. */
  digest: string;
  isLive: boolean;
  firstSeenAt: number;
  scanState: string;
  osState: string;
  completeness: string | null;
}

export interface ReferenceMatch {
  flaw: string;
  packageId: string;
  rank: number;
  isFixable: boolean;
  isHidden: boolean;
  /** In the whole registry. */
  isExempt: boolean;
  firstMatchedAt: number;
}

export interface ReferenceFacts {
  places: ReferencePlace[];
  /** Package sets by digest. */
  setsOf: Map<string, string[]>;
  matchesOf: Map<string, ReferenceMatch[]>;
  /** Ecosystems of the packages of an image, by digest. */
  ecosystemsOf: Map<string, string[]>;
  /** `<place> <flaw> <package>`. */
  exempted: Set<string>;
  exploited: Set<string>;
  /** Ecosystems with a live feed. */
  watched: Set<string>;
}

/** Rows of base tables, typed by them and many, so that they are not parsed one by one. */
const read = async <Row extends object>(executor: Executor, text: string, values: unknown[] = []): Promise<Row[]> =>
  (await executor.query<Row>(text, values)).rows;

/** Everything that the reference count of one registry looks at, by statements without a join that counts. */
export async function readReferenceFacts(executor: Executor, registryId: string, now: Date): Promise<ReferenceFacts> {
  const places = await readPlaces(executor, registryId);
  const links = await read<{ digest: string; set: string }>(
    executor,
    "select encode(digest, 'hex') as digest, set_id::text as set from image_set where registry_id = $1",
    [registryId],
  );
  const setsOf = new Map<string, string[]>();
  for (const { digest, set } of links) pushTo(setsOf, digest, set);
  const members = await read<{ set: string; id: string }>(
    executor,
    "select set_id::text as set, package_version_id::text as id from set_package where registry_id = $1",
    [registryId],
  );
  const matches = await readMatches(executor, registryId);
  const ecosystems = await readEcosystems(executor, registryId);
  const matchesOf = new Map<string, ReferenceMatch[]>();
  const ofSet = new Map<string, Set<string>>();
  for (const { set, id } of members) {
    for (const match of matches.get(id) ?? []) pushTo(matchesOf, set, match);
    const known = ofSet.get(set) ?? new Set<string>();
    known.add(ecosystems.get(id) ?? "");
    ofSet.set(set, known);
  }
  const ecosystemsOf = new Map(
    [...setsOf].map(([digest, sets]) => [digest, [...new Set(sets.flatMap((set) => [...(ofSet.get(set) ?? [])]))]]),
  );
  const exempted = await read<{ key: string }>(
    executor,
    "select placement_id || ' ' || vulnerability_id || ' ' || package_version_id as key from exempted_finding where root_id = $1",
    [registryId],
  );
  const exploited = await read<{ id: string }>(
    executor,
    "select id::text as id from vulnerability where kev_added_at is not null",
  );
  return {
    places,
    setsOf,
    matchesOf,
    ecosystemsOf,
    exempted: new Set(exempted.map((row) => row.key)),
    exploited: new Set(exploited.map((row) => row.id)),
    watched: await watchedEcosystems(executor, registryId, now),
  };
}

async function readPlaces(executor: Executor, registryId: string): Promise<ReferencePlace[]> {
  const rows = await read<Omit<ReferencePlace, "firstSeenAt"> & { firstSeenAt: Date }>(
    executor,
    `select p.id, p.repository_id as "repositoryId", encode(p.digest, 'hex') as digest, p.retired_at is null as "isLive",
            p.first_seen_at as "firstSeenAt", i.scan_state as "scanState", i.os_state as "osState", i.completeness
       from placement p join image i on i.registry_id = p.registry_id and i.digest = p.digest where p.registry_id = $1`,
    [registryId],
  );
  return rows.map((row) => ({ ...row, firstSeenAt: row.firstSeenAt.getTime() }));
}

async function readMatches(executor: Executor, registryId: string): Promise<Map<string, ReferenceMatch[]>> {
  const exempt = await read<{ key: string }>(
    executor,
    "select vulnerability_id || ' ' || package_version_id as key from exempted_package where root_id = $1",
    [registryId],
  );
  const exempted = new Set(exempt.map((row) => row.key));
  const rows = await read<{
    id: string;
    flaw: string;
    rank: number;
    fixed: string | null;
    hidden: string | null;
    first: Date;
  }>(
    executor,
    `select package_version_id::text as id, vulnerability_id::text as flaw, severity_rank as rank, fixed_version as fixed,
            hidden_reason as hidden, first_matched_at as first from package_advisory`,
  );
  const matches = new Map<string, ReferenceMatch[]>();
  for (const row of rows) {
    pushTo(matches, row.id, {
      flaw: row.flaw,
      packageId: row.id,
      rank: row.rank,
      isFixable: row.fixed !== null,
      isHidden: row.hidden !== null,
      isExempt: exempted.has(`${row.flaw} ${row.id}`),
      firstMatchedAt: row.first.getTime(),
    });
  }
  return matches;
}

async function readEcosystems(executor: Executor, registryId: string): Promise<Map<string, string>> {
  const rows = await read<{ id: string; ecosystem: string }>(
    executor,
    `select id::text as id, ecosystem from package_version
      where id in (select package_version_id from set_package where registry_id = $1)`,
    [registryId],
  );
  return new Map(rows.map((row) => [row.id, feedKey(row.ecosystem)]));
}

async function watchedEcosystems(executor: Executor, registryId: string, now: Date): Promise<Set<string>> {
  const [registry] = await read<{ isDemo: boolean }>(
    executor,
    `select is_demo as "isDemo" from registry where id = $1`,
    [registryId],
  );
  const feeds = await read<{
    ecosystem: string;
    state: string;
    records: number;
    checked: Date | null;
    failing: Date | null;
    isDemo: boolean;
  }>(
    executor,
    `select e.ecosystem, f.state, f.record_count as records, f.last_checked_at as checked, f.failing_since as failing,
            f.is_demo as "isDemo" from feed_ecosystem e join feed f on f.id = e.feed_id`,
  );
  const oldest = now.getTime() - FEED_STALE_AFTER_HOURS * 3_600_000;
  const isLive = (feed: (typeof feeds)[number]) =>
    feed.state !== "never" && ((feed.failing ?? feed.checked)?.getTime() ?? 0) > oldest;
  return new Set(
    feeds
      .filter((feed) => feed.records > 0 && (feed.isDemo ? registry?.isDemo : isLive(feed)))
      .map((feed) => feedKey(feed.ecosystem)),
  );
}

function pushTo<Value>(map: Map<string, Value[]>, key: string, value: Value): void {
  const list = map.get(key);
  if (list) list.push(value);
  else map.set(key, [value]);
}
