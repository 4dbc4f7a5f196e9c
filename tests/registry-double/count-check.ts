import { isDeepStrictEqual } from "node:util";
import { riskOf } from "#domain/placement-counts.ts";
import { sql } from "#store/sql.ts";
import { rows } from "./estate.ts";

interface FlatFinding {
  registry: string;
  repository: string;
  place: string;
  image: string;
  retired: boolean;
  vulnerability: string;
  rank: number;
  fixable: boolean;
  kev: boolean;
  state: "open" | "hidden" | "exempt";
}

/**
 * Holds every stored figure against lists that are put together here, row by row from the base tables and without the views that the
 * product counts with. Returns how much there was to check.
 */
export async function expectCountsToEqualLists(): Promise<{ placements: number; findings: number }> {
  const findings = await flatFindings();
  const places =
    await rows(sql`select p.*, p.retired_at is not null as retired, i.scan_state, i.os_state, i.completeness
    from placement p join image i using (registry_id, digest)`);
  for (const place of places)
    expectFigures(
      place,
      findings.filter((one) => one.place === place.id),
      `place ${place.id}`,
    );
  await checkImages(places);
  await checkRepositories(findings, places);
  await checkRegistries(findings);
  await checkVulnerabilities(findings);
  return { placements: places.length, findings: findings.length };
}

/** Throws when a figure is not what its list has. */
function hold(what: string, actual: Row, wanted: Row): void {
  for (const [name, value] of Object.entries(wanted)) {
    if (isDeepStrictEqual(actual[name], value)) continue;
    throw new Error(`${what}: ${name} is ${JSON.stringify(actual[name])}, but its list has ${JSON.stringify(value)}`);
  }
}

async function flatFindings(): Promise<FlatFinding[]> {
  const [places, sets, packages, matches, exempted, flaws] = await Promise.all([
    rows(
      sql`select registry_id, repository_id, id, encode(digest, 'hex') as digest, retired_at is not null as retired from placement`,
    ),
    rows(sql`select registry_id, encode(digest, 'hex') as digest, set_id::text as set_id from image_set`),
    rows(sql`select registry_id, set_id::text as set_id, package_version_id::text as package from set_package`),
    rows(
      sql`select package_version_id::text as package, vulnerability_id::text as vulnerability, severity_rank, fixed_version, hidden_reason from package_advisory`,
    ),
    rows(sql`select placement_id::text as place, vulnerability_id::text as vulnerability, package_version_id::text as package from exempted_finding
             union all select root_id::text, vulnerability_id::text, package_version_id::text from exempted_package`),
    rows(sql`select id::text as id, kev_added_at is not null as kev from vulnerability`),
  ]);
  const kev = new Map(flaws.map((flaw) => [flaw.id, flaw.kev === true]));
  const exempt = new Set(exempted.map((row) => `${row.place} ${row.vulnerability} ${row.package}`));
  const matchesOf = groupBy(matches, (match) => String(match.package));
  const packagesOf = groupBy(packages, (member) => `${member.registry_id} ${member.set_id}`);
  const setsOf = groupBy(sets, (set) => `${set.registry_id} ${set.digest}`);
  const matchesIn = (place: Row) =>
    listOf(setsOf, `${place.registry_id} ${place.digest}`)
      .flatMap((set) => listOf(packagesOf, `${set.registry_id} ${set.set_id}`))
      .flatMap((member) => listOf(matchesOf, String(member.package)));
  const stateOf = (place: Row, match: Row) => {
    if (match.hidden_reason !== null) return "hidden";
    const isExempt = [place.id, place.registry_id].some((at) =>
      exempt.has(`${at} ${match.vulnerability} ${match.package}`),
    );
    return isExempt ? "exempt" : "open";
  };
  return places.flatMap((place) =>
    matchesIn(place).map((match) => ({
      registry: String(place.registry_id),
      repository: String(place.repository_id),
      place: String(place.id),
      image: `${place.registry_id} ${place.digest}`,
      retired: place.retired === true,
      vulnerability: String(match.vulnerability),
      rank: Number(match.severity_rank),
      fixable: match.fixed_version !== null,
      kev: kev.get(match.vulnerability) ?? false,
      state: stateOf(place, match),
    })),
  );
}

type Row = Record<string, unknown>;

function groupBy(list: readonly Row[], keyOf: (row: Row) => string): Map<string, Row[]> {
  return Map.groupBy(list, keyOf);
}

function listOf(groups: Map<string, Row[]>, key: string): Row[] {
  return groups.get(key) ?? [];
}

function figuresOf(findings: readonly FlatFinding[]) {
  const open = findings.filter((one) => one.state === "open");
  const ranked = (...ranks: number[]) => open.filter((one) => ranks.includes(one.rank)).length;
  return {
    critical: ranked(5),
    high: ranked(4),
    medium: ranked(3),
    low: ranked(1, 2),
    unrated: ranked(0),
    fixable: open.filter((one) => one.fixable).length,
    kev: open.filter((one) => one.kev).length,
  };
}

function expectFigures(row: Record<string, unknown>, findings: readonly FlatFinding[], what: string): void {
  const figures = figuresOf(findings);
  const hidden = findings.filter((one) => one.state === "hidden").length;
  const exempt = findings.filter((one) => one.state === "exempt").length;
  hold(what, row, { ...figures, hidden, exempt, risk: riskOf(figures) });
}

function postureOf(row: Record<string, unknown>): string {
  const { critical, high, medium, unrated, kev } = row as Record<string, number>;
  if ([critical, high, medium, unrated, kev].some((count) => (count ?? 0) > 0)) return "unhealthy";
  return row.scan_state === "done" && row.os_state === "known" && row.completeness === "complete"
    ? "healthy"
    : "unknown";
}

async function checkImages(places: Record<string, unknown>[]): Promise<void> {
  for (const image of await rows(sql`select * from image`)) {
    const own = places.filter(
      (place) => place.registry_id === image.registry_id && (place.digest as Buffer).equals(image.digest as Buffer),
    );
    const digest = `sha256:${(image.digest as Buffer).toString("hex")}`;
    const live = own.filter((place) => !place.retired);
    const worst = Math.max(...(live.length > 0 ? live : own).map((place) => Number(place.risk)));
    hold(`image ${digest}`, image, { risk: worst });
    const open = await rows(sql`select status, finding_count from assessment where root_id = ${image.registry_id}
      and resource_id = ${digest} and rule_id = 'image-vulnerabilities-remediated'`);
    hold(`assessment of ${digest}`, { rows: open }, { rows: [{ status: postureOf(image), finding_count: 0 }] });
  }
}

async function checkRepositories(findings: readonly FlatFinding[], places: Record<string, unknown>[]): Promise<void> {
  for (const repository of await rows(sql`select * from repository`)) {
    const live = places.filter((place) => place.repository_id === repository.id && !place.retired);
    const figures = figuresOf(findings.filter((one) => one.repository === repository.id && !one.retired));
    hold(`repository ${repository.name}`, repository, {
      ...figures,
      risk: riskOf(figures),
      image_count: live.length,
      not_assessed: live.filter((place) => postureOf(place) === "unknown").length,
    });
  }
}

async function checkRegistries(findings: readonly FlatFinding[]): Promise<void> {
  for (const summary of await rows(sql`select * from resource_summary where kind = 'registry'`)) {
    const figures = figuresOf(findings.filter((one) => one.registry === summary.root_id && !one.retired));
    const images = await rows(sql`select * from image i where registry_id = ${summary.root_id} and exists
      (select 1 from placement p where p.registry_id = i.registry_id and p.digest = i.digest and p.retired_at is null)`);
    const posture = (wanted: string) => images.filter((image) => postureOf(image) === wanted).length;
    hold(`registry ${summary.name}`, summary, {
      ...figures,
      risk: riskOf(figures),
      contents_count: images.length,
      images_healthy: posture("healthy"),
      images_unhealthy: posture("unhealthy"),
      images_unknown: posture("unknown"),
    });
    const exempt = findings.filter(
      (one) => one.registry === summary.root_id && !one.retired && one.state === "exempt",
    ).length;
    hold(`registry ${summary.name}`, summary, { findings_exempt: exempt });
    const [today] = await rows(
      sql`select * from metric_day where root_id = ${summary.root_id} order by day desc limit 1`,
    );
    if (today || images.length > 0) {
      hold(`today of ${summary.name}`, today ?? {}, {
        ...figures,
        images: images.length,
        not_assessed: posture("unknown"),
      });
    }
    expectWorst(summary, findings);
  }
}

function expectWorst(summary: Record<string, unknown>, findings: readonly FlatFinding[]): void {
  const open = findings.filter((one) => one.registry === summary.root_id && !one.retired && one.state === "open");
  if (open.length === 0) {
    hold("worst", summary, { worst: null });
    return;
  }
  const isExploited = open.some((one) => one.kev);
  const candidates = open.filter((one) => one.kev === isExploited);
  const rank = Math.max(...candidates.map((one) => one.rank));
  const words = ["unknown", "informational", "low", "medium", "high", "critical"];
  const images = (flaw: string) =>
    new Set(open.filter((one) => one.vulnerability === flaw).map((one) => one.image)).size;
  const most = Math.max(...candidates.filter((one) => one.rank === rank).map((one) => images(one.vulnerability)));
  hold(`worst of ${summary.name}`, summary.worst as Row, { kev: isExploited, severity: words[rank], images: most });
}

async function checkVulnerabilities(findings: readonly FlatFinding[]): Promise<void> {
  for (const flaw of await rows(
    sql`select id::text as id, key, image_count, placement_count, fixable_placement_count from vulnerability`,
  )) {
    const open = findings.filter((one) => one.vulnerability === flaw.id && one.state === "open" && !one.retired);
    hold(`vulnerability ${flaw.key}`, flaw, {
      image_count: new Set(open.map((one) => one.image)).size,
      placement_count: new Set(open.map((one) => one.place)).size,
      fixable_placement_count: new Set(open.filter((one) => one.fixable).map((one) => one.place)).size,
    });
  }
}
