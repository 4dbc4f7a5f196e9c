import type { Executor } from "#store/sql.ts";
import { transaction } from "#store/transaction.ts";
import { byWorst, type FlawCount, type PlaceCount, type RegistryCount, referenceCount } from "./reference-count.ts";

/** A stored figure that is not what the reference count has. */
export interface Difference {
  what: string;
  figure: string;
  stored: unknown;
  counted: unknown;
}

export interface Verification {
  registries: number;
  places: number;
  findings: number;
  flaws: number;
  /** The first of them; `total` says how many there are. */
  differences: Difference[];
  total: number;
}

const MOST_DIFFERENCES = 200;

type Stored = Record<string, unknown>;

/**
 * Holds every stored figure of images, repositories, registries and flaws against a plain count of the base tables, in one
 * snapshot of the database. Marks that wait to be counted explain differences: count first.
 */
export async function verifyFigures(now: Date): Promise<Verification> {
  return transaction(async (tx) => {
    await tx.query("set transaction isolation level repeatable read, read only");
    const result: Verification = { registries: 0, places: 0, findings: 0, flaws: 0, differences: [], total: 0 };
    const totals = new Map<string, FlawCount & { registries: number }>();
    const registries = await select(tx, "select id, name, is_demo from registry order by id");
    for (const registry of registries) {
      const counted = await referenceCount(tx, String(registry.id), now);
      result.registries += 1;
      result.places += counted.places.length;
      for (const place of counted.places) result.findings += place.findings;
      addTotals(totals, counted, registry.is_demo === true);
      for (const check of [checkPlaces, checkRepositories, checkFlaws, checkSummary, checkVerdicts])
        note(result, await check(tx, registry, counted));
    }
    result.flaws = totals.size;
    note(result, await checkTotals(tx, totals));
    return result;
  });
}

function note(result: Verification, found: Difference[]): void {
  result.total += found.length;
  result.differences.push(...found.slice(0, Math.max(0, MOST_DIFFERENCES - result.differences.length)));
}

const select = async (tx: Executor, text: string, values: unknown[] = []): Promise<Stored[]> =>
  (await tx.query<Stored>(text, values)).rows;

function compare(what: string, stored: Stored | undefined, counted: Stored): Difference[] {
  return Object.entries(counted).flatMap(([figure, value]) => {
    const have = stored === undefined ? undefined : plain(stored[figure]);
    return have === plain(value) ? [] : [{ what, figure, stored: have, counted: plain(value) }];
  });
}

function plain(value: unknown): unknown {
  if (value instanceof Date) return value.getTime();
  return value instanceof Uint8Array ? Buffer.from(value).toString("hex") : value;
}

/** Rows of the product that the reference has no counterpart of. */
function leftOver(what: string, stored: Map<string, Stored>, counted: ReadonlySet<string>): Difference[] {
  return [...stored.keys()]
    .filter((key) => !counted.has(key))
    .map((key) => ({ what: `${what} ${key}`, figure: "row", stored: "is there", counted: "nothing" }));
}

const keyed = (rows: Stored[], key: string): Map<string, Stored> => new Map(rows.map((row) => [String(row[key]), row]));

async function checkPlaces(tx: Executor, registry: Stored, counted: RegistryCount): Promise<Difference[]> {
  const stored = keyed(
    await select(tx, "select * from place_figure where registry_id = $1", [registry.id]),
    "placement_id",
  );
  const differences = counted.places.flatMap(({ place, isFed, isLead, ...figures }) =>
    compare(`place ${place.id}`, stored.get(place.id), {
      ...figures,
      is_fed: isFed,
      is_lead: isLead,
      is_live: place.isLive,
      repository_id: place.repositoryId,
    }),
  );
  return [...differences, ...leftOver("place", stored, new Set(counted.places.map(({ place }) => place.id)))];
}

const figureNames = ["critical", "high", "medium", "low", "unrated", "fixable", "kev", "risk"] as const;

async function checkRepositories(tx: Executor, registry: Stored, counted: RegistryCount): Promise<Difference[]> {
  const live = Map.groupBy(
    counted.places.filter(({ place }) => place.isLive),
    ({ place }) => place.repositoryId,
  );
  const stored = await select(tx, "select * from repository where registry_id = $1", [registry.id]);
  return stored.flatMap((row) => {
    const places = live.get(String(row.id)) ?? [];
    const [worst] = [...places].sort(byWorst);
    return compare(`repository ${row.name}`, row, {
      ...Object.fromEntries(figureNames.map((name) => [name, worst?.[name] ?? 0])),
      findings: places.reduce((sum, place) => sum + place.findings, 0),
      image_count: places.length,
      not_assessed: places.filter((place) => place.posture === "unknown").length,
      worst_digest: worst?.place.digest ?? null,
    });
  });
}

const flawColumns = ({ rank, images, places, fixablePlaces, firstAffectedAt }: FlawCount): Stored => ({
  severity_rank: rank,
  images,
  places,
  fixable_places: fixablePlaces,
  first_affected_at: firstAffectedAt,
});

async function checkFlaws(tx: Executor, registry: Stored, counted: RegistryCount): Promise<Difference[]> {
  const rows = await select(tx, "select *, vulnerability_id::text as flaw from registry_flaw where registry_id = $1", [
    registry.id,
  ]);
  const stored = keyed(rows, "flaw");
  return [
    ...[...counted.flaws].flatMap(([flaw, count]) =>
      compare(`flaw ${flaw} in ${registry.name}`, stored.get(flaw), flawColumns(count)),
    ),
    ...leftOver(`flaw of ${registry.name}`, stored, new Set(counted.flaws.keys())),
  ];
}

async function checkSummary(tx: Executor, registry: Stored, counted: RegistryCount): Promise<Difference[]> {
  const [stored] = await select(tx, "select * from resource_summary where root_id = $1", [registry.id]);
  const [isThere] = await select(tx, "select 1 from registry where id = $1 and deleted_at is null", [registry.id]);
  if (!isThere)
    return stored
      ? [{ what: `summary of ${registry.name}`, figure: "row", stored: "is there", counted: "nothing" }]
      : [];
  const exploited = new Set(
    (await select(tx, "select id::text as id from vulnerability where kev_added_at is not null")).map((row) => row.id),
  );
  const live = counted.places.filter(({ place }) => place.isLive);
  const images = live.filter(({ isLead }) => isLead);
  const ranked = (...ranks: number[]) => [...counted.flaws.values()].filter(({ rank }) => ranks.includes(rank)).length;
  const posture = (wanted: string) => images.filter((image: PlaceCount) => image.posture === wanted).length;
  return compare(`summary of ${registry.name}`, stored, {
    critical: ranked(5),
    high: ranked(4),
    medium: ranked(3),
    low: ranked(1, 2),
    unrated: ranked(0),
    fixable: [...counted.flaws.values()].filter((flaw) => flaw.fixablePlaces === flaw.places).length,
    kev: [...counted.flaws.keys()].filter((flaw) => exploited.has(flaw)).length,
    findings_exempt: counted.exempt,
    findings: live.reduce((sum, place) => sum + place.findings, 0),
    contents_count: images.length,
    images_healthy: posture("healthy"),
    images_unhealthy: posture("unhealthy"),
    images_unknown: posture("unknown"),
  });
}

/** The verdict of an image says what its posture says. */
async function checkVerdicts(tx: Executor, registry: Stored, counted: RegistryCount): Promise<Difference[]> {
  const rows = await select(
    tx,
    `select substr(resource_id, 8) as digest, status from assessment
      where root_id = $1 and resource_kind = 'image' and rule_id = 'image-vulnerabilities-remediated'`,
    [registry.id],
  );
  const stored = keyed(rows, "digest");
  return counted.places
    .filter(({ isLead }) => isLead)
    .flatMap(({ place, posture }) =>
      compare(`verdict of sha256:${place.digest}`, stored.get(place.digest), { status: posture }),
    );
}

function addTotals(
  totals: Map<string, FlawCount & { registries: number }>,
  counted: RegistryCount,
  isDemo: boolean,
): void {
  for (const [flaw, count] of counted.flaws) {
    const key = `${isDemo} ${flaw}`;
    const total = totals.get(key);
    if (!total) {
      totals.set(key, { ...count, registries: 1 });
      continue;
    }
    total.images += count.images;
    total.places += count.places;
    total.fixablePlaces += count.fixablePlaces;
    total.registries += 1;
    total.firstAffectedAt = Math.min(total.firstAffectedAt, count.firstAffectedAt);
  }
}

async function checkTotals(
  tx: Executor,
  totals: Map<string, FlawCount & { registries: number }>,
): Promise<Difference[]> {
  const rows = await select(
    tx,
    `select t.*, t.is_demo || ' ' || t.vulnerability_id as key, t.severity_rank = v.severity_rank and t.is_exploited = (v.kev_added_at is not null)
            and t.epss is not distinct from v.epss as is_carried
       from flaw_total t join vulnerability v on v.id = t.vulnerability_id`,
  );
  const stored = keyed(rows, "key");
  return [
    ...[...totals].flatMap(([key, { registries, ...count }]) => {
      const { severity_rank: _, ...columns } = flawColumns(count);
      return compare(`flaw ${key}`, stored.get(key), { ...columns, registries, is_carried: true });
    }),
    ...leftOver("flaw", stored, new Set(totals.keys())),
  ];
}
