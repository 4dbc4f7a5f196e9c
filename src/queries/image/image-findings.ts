import { z } from "zod";
import { PackageType, packageKind, packageTypes } from "#domain/package-kind.ts";
import { requireRole } from "#domain/require-role.ts";
import type { Actor } from "#domain/role.ts";
import { Severity, severities, severityRank } from "#domain/severity.ts";
import { highest } from "#engines/image-scan/plan-fixes.ts";
import { BigIntColumn, digestValue, IsoColumn, likePattern } from "#queries/list/columns.ts";
import { decodeCursor, encodeCursor } from "#queries/list/keyset-cursor.ts";
import {
  ChoiceParam,
  CursorParam,
  ListParam,
  OptionalText,
  SwitchParam,
  WordsParam,
} from "#queries/list/search-params.ts";
import { joinSql, type Statement, selectRows, sql } from "#store/sql.ts";
import { type ImagePlace, ImagePlaceParams, imagePlace } from "./image-place.ts";
import { packageOrigins } from "./package-origins.ts";

export const findingStatuses = ["open", "exempt", "hidden"] as const;
export type FindingStatus = (typeof findingStatuses)[number];
export const findingGroups = ["package", "vulnerability"] as const;

/** Filters of a finding list; `low` stands for informational as well, as in every count. */
export const FindingFilters = z.object({
  severity: ListParam(severities),
  fixable: ChoiceParam(["any", "yes", "no"], "any"),
  kev: SwitchParam,
  /** Which findings; none named means open ones. */
  status: ListParam(findingStatuses),
  q: OptionalText,
  package: OptionalText,
  /** Id of a package version: it and the other binaries of its source, which one upgrade fixes. */
  source: OptionalText,
});
export type FindingFilters = z.infer<typeof FindingFilters>;

export const ImageFindingsParams = ImagePlaceParams.extend(FindingFilters.shape).extend({
  group: ChoiceParam(findingGroups, "package"),
  /** Groups that are shown in full instead of their first rows. */
  expand: WordsParam,
  cursor: CursorParam,
});
export type ImageFindingsParams = z.infer<typeof ImageFindingsParams>;

const groupsPerPage = 30;
const rowsPerGroup = 4;
const rowsPerOpenGroup = 200;

export const ImageFinding = z.object({
  vulnerabilityId: z.string(),
  key: z.string(),
  title: z.string(),
  severity: Severity,
  severitySource: z.string().nullable(),
  epss: z.number().nullable(),
  kev: z.boolean(),
  packageVersionId: z.string(),
  packageName: z.string(),
  packageType: z.string(),
  version: z.string(),
  fixedVersion: z.string().nullable(),
  matchStatus: z.string(),
  vendorStatus: z.string().nullable(),
  state: z.enum(findingStatuses),
  hiddenReason: z.string().nullable(),
  firstSeenAt: z.string(),
});
export type ImageFinding = z.infer<typeof ImageFinding>;

/** What one upgrade fixes, or one vulnerability, with the counts of its findings under the current filters. */
export interface FindingGroup {
  id: string;
  /** Packages with findings in the group. */
  names: string[];
  /** The version that closes every finding of the group that can be closed, as in the fix plan; null when there is none. */
  target: string | null;
  total: number;
  critical: number;
  high: number;
  medium: number;
  low: number;
  unrated: number;
  kev: boolean;
  /** Layer of the topmost occurrence of the package, counted from 1, and whether it came with the base. By package only. */
  layer: number | null;
  isBase: boolean | null;
  findings: ImageFinding[];
}

export interface ImageFindings {
  total: number;
  groupTotal: number;
  groups: FindingGroup[];
  nextCursor: string | null;
}

const GroupRow = z.object({
  id: BigIntColumn,
  score: BigIntColumn,
  label: z.string(),
  names: z.array(z.string()),
  type: PackageType,
  fixes: z.array(z.string()),
  total: z.number(),
  critical: z.number(),
  high: z.number(),
  medium: z.number(),
  low: z.number(),
  unrated: z.number(),
  kev: z.boolean(),
  all_findings: z.number(),
  all_groups: z.number(),
});

const FindingRow = z.object({
  group_id: BigIntColumn,
  vulnerability_id: BigIntColumn,
  key: z.string(),
  title: z.string(),
  severity: Severity,
  severity_source: z.string().nullable(),
  epss: z.number().nullable(),
  kev: z.boolean(),
  package_version_id: BigIntColumn,
  name: z.string(),
  type: z.string(),
  version: z.string(),
  fixed_version: z.string().nullable(),
  match_status: z.string(),
  vendor_status: z.string().nullable(),
  state: z.enum(findingStatuses),
  hidden_reason: z.string().nullable(),
  first_seen_at: IsoColumn,
});

/**
 * The findings of an image in one place, grouped by package version or by vulnerability, worst group first. A page holds
 * 30 groups with the first 4 findings of each (up to 200 of the groups in `expand`).
 */
export async function imageFindings(actor: Actor, input: unknown): Promise<ImageFindings> {
  requireRole(actor, "viewer");
  const params = ImageFindingsParams.parse(input);
  const place = await imagePlace(params);
  const matching = matchingFindings(place, params);
  const shape = [place.placementId, { ...params, expand: null, digest: null, at: null }];
  const after = decodeCursor(
    shape,
    params.cursor,
    z.tuple([z.string().regex(/^\d{1,18}$/), z.string(), z.string().regex(/^-?\d{1,19}$/)]),
  );
  const found = await findGroups(matching, params.group, after);
  const totals = { total: found[0]?.all_findings ?? 0, groupTotal: found[0]?.all_groups ?? 0 };
  const page = found.slice(0, groupsPerPage);
  const origins = params.group === "package" ? await packageOrigins(place) : null;
  const findings = await findRows(
    matching,
    params,
    page.map((group) => group.id),
  );
  const last = found.length > groupsPerPage ? page.at(-1) : undefined;
  return {
    ...totals,
    groups: page.map(
      ({ score: _score, label: _label, type, fixes, all_findings: _findings, all_groups: _groups, ...group }) => ({
        ...group,
        target: highest(type, fixes) || null,
        layer: origins?.get(group.id)?.layer ?? null,
        isBase: origins?.get(group.id)?.isBase ?? null,
        findings: findings.get(group.id) ?? [],
      }),
    ),
    nextCursor: last ? encodeCursor(shape, [last.score, last.label, last.id]) : null,
  };
}

/** All findings of a place that pass `filters`, one row per vulnerability and package version. Shared with the exports. */
export function matchingFindings(place: ImagePlace, filters: FindingFilters): Statement {
  const { q, status } = filters;
  const conditions = [
    sql`f.registry_id = ${place.registryId} and f.repository_id = ${place.repositoryId}
        and f.digest = ${digestValue(place.digest)} and f.platform = ${place.platform}`,
    sql`f.state = any(${status.length > 0 ? status : ["open"]})`,
  ];
  if (filters.severity.length > 0)
    conditions.push(sql`f.severity_rank = any(${severityRanks(filters.severity)}::smallint[])`);
  if (filters.fixable === "yes") conditions.push(sql`f.fixed_version is not null`);
  if (filters.fixable === "no") conditions.push(sql`f.fixed_version is null`);
  if (filters.kev) conditions.push(sql`v.kev_added_at is not null`);
  if (filters.package) conditions.push(sql`(pv.name = ${filters.package} or pv.id::text = ${filters.package})`);
  if (filters.source) {
    conditions.push(sql`(pv.type, pv.source_name, pv.source_version) in (
      select s.type, s.source_name, s.source_version from package_version s where s.id::text = ${filters.source})`);
  }
  if (q) {
    conditions.push(sql`(v.key ilike ${likePattern(q)} or pv.name ilike ${likePattern(q)} or v.title ilike ${likePattern(q)}
        or exists (select 1 from unnest(v.aliases) alias where alias ilike ${likePattern(q)}))`);
  }
  return sql`select f.vulnerability_id, v.key, v.title, f.severity, f.severity_rank, pa.severity_source, v.epss,
                    v.kev_added_at is not null as kev, f.package_version_id, pv.name, pv.type, pv.version, f.fixed_version,
                    f.match_status, f.vendor_status, f.state, f.hidden_reason, f.exemption_id, f.first_seen_at,
                    case when pv.type = any(${typesBySource}) then min(pv.id) over (partition by pv.type, pv.source_name, pv.source_version)
                         else pv.id end as group_package
               from placement_finding f
               join vulnerability v on v.id = f.vulnerability_id
               join package_version pv on pv.id = f.package_version_id
               join package_advisory pa on pa.package_version_id = f.package_version_id and pa.vulnerability_id = f.vulnerability_id
              where ${joinSql(conditions, " and ")}`;
}

/** Kinds whose binaries of one source are upgraded together: they are one group, because one upgrade fixes them. */
const typesBySource = packageTypes.filter((type) => packageKind(type).upgradesBySource);

/** Stored ranks behind the severities of a filter. */
export function severityRanks(chosen: readonly Severity[]): number[] {
  return chosen.flatMap((severity) =>
    severity === "low" ? [severityRank.low, severityRank.informational] : [severityRank[severity]],
  );
}

function groupColumns(group: ImageFindingsParams["group"]): { id: Statement; label: Statement } {
  return group === "package"
    ? { id: sql`group_package`, label: sql`name` }
    : { id: sql`vulnerability_id`, label: sql`key` };
}

function findGroups(matching: Statement, group: ImageFindingsParams["group"], after: [string, string, string] | null) {
  const { id, label } = groupColumns(group);
  // One number carries the order of the whole product: known exploited, with a fix, worst severity; then by package how many
  // critical and high and how many at all, by vulnerability the probability of exploitation (the image is the same for all).
  const score =
    group === "package"
      ? sql`(bool_or(kev)::int * 10^14 + bool_or(fixed_version is not null)::int * 10^13 + max(severity_rank) * 10^12 + least(count(*) filter (where severity_rank = 5), 999) * 10^9
             + least(count(*) filter (where severity_rank = 4), 999) * 10^6 + least(count(*), 99999))::bigint`
      : sql`(bool_or(kev)::int * 10^14 + bool_or(fixed_version is not null)::int * 10^13 + max(severity_rank) * 10^12 + round(coalesce(max(epss), 0)::numeric * 10^6))::bigint`;
  return selectRows(
    GroupRow,
    sql`select * from (
          select ${id} as id, min(${label}) collate "C" as label, array_agg(distinct name order by name) as names,
                 min(type) as type, array_remove(array_agg(distinct fixed_version), null) as fixes, ${score} as score, count(*)::int as total, bool_or(kev) as kev,
                 count(*) filter (where severity_rank = 5)::int as critical,
                 count(*) filter (where severity_rank = 4)::int as high,
                 count(*) filter (where severity_rank = 3)::int as medium,
                 count(*) filter (where severity_rank in (1, 2))::int as low,
                 count(*) filter (where severity_rank = 0)::int as unrated,
                 (sum(count(*)) over ())::int as all_findings, (count(*) over ())::int as all_groups
            from (${matching}) m group by ${id}) g
         where ${after ? sql`(-score, label, id) > (-(${after[0]}::bigint), ${after[1]} collate "C", ${after[2]}::bigint)` : sql`true`}
         order by score desc, label, id
         limit ${groupsPerPage + 1}`,
  );
}

async function findRows(
  matching: Statement,
  params: ImageFindingsParams,
  ids: string[],
): Promise<Map<string, ImageFinding[]>> {
  const groups = new Map<string, ImageFinding[]>();
  if (ids.length === 0) return groups;
  const { id } = groupColumns(params.group);
  const open = params.expand.filter((group) => ids.includes(group)).slice(0, 10);
  const rows = await selectRows(
    FindingRow,
    sql`select * from (
          select m.*, ${id} as group_id,
                 row_number() over (partition by ${id} order by kev desc, (fixed_version is not null) desc, severity_rank desc, epss desc nulls last, key, name, package_version_id) as nth
            from (${matching}) m where ${id} = any(${ids}::bigint[])) ranked
         where nth <= case when group_id = any(${open}::bigint[]) then ${rowsPerOpenGroup}::int else ${rowsPerGroup}::int end
         order by group_id, nth`,
  );
  for (const row of rows) {
    const list = groups.get(row.group_id) ?? [];
    list.push(toFinding(row));
    groups.set(row.group_id, list);
  }
  return groups;
}

function toFinding(row: z.infer<typeof FindingRow>): ImageFinding {
  return {
    vulnerabilityId: row.vulnerability_id,
    key: row.key,
    title: row.title,
    severity: row.severity,
    severitySource: row.severity_source,
    epss: row.epss,
    kev: row.kev,
    packageVersionId: row.package_version_id,
    packageName: row.name,
    packageType: row.type,
    version: row.version,
    fixedVersion: row.fixed_version,
    matchStatus: row.match_status,
    vendorStatus: row.vendor_status,
    state: row.state,
    hiddenReason: row.hidden_reason,
    firstSeenAt: row.first_seen_at,
  };
}
