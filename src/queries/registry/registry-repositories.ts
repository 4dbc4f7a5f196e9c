import { z } from "zod";
import { OwnerSource } from "#domain/owner.ts";
import { requireRole } from "#domain/require-role.ts";
import type { Actor } from "#domain/role.ts";
import { IsoColumn, likePattern } from "#queries/list/columns.ts";
import { decodeCursor, encodeCursor } from "#queries/list/keyset-cursor.ts";
import { ownerCondition } from "#queries/list/owner-filter.ts";
import { ChoiceParam, CursorParam, OptionalText } from "#queries/list/search-params.ts";
import { joinSql, type Statement, selectFirst, selectRows, sql } from "#store/sql.ts";

export const repositorySorts = ["risk", "name", "lastPush"] as const;
export const RegistryRepositoriesParams = z.object({
  registryId: z.uuid(),
  q: OptionalText,
  /** A name, `@mine` or `@none`. */
  owner: OptionalText,
  show: ChoiceParam(["current", "unhealthy", "notAssessed", "retired"], "current"),
  sort: ChoiceParam(repositorySorts, "risk"),
  cursor: CursorParam,
});
export type RegistryRepositoriesParams = z.infer<typeof RegistryRepositoriesParams>;

const PAGE = 100;

export const RepositoryRow = z.object({
  id: z.string(),
  name: z.string(),
  tagCount: z.number(),
  imageCount: z.number(),
  lastPushedAt: IsoColumn.nullable(),
  critical: z.number(),
  high: z.number(),
  medium: z.number(),
  low: z.number(),
  unrated: z.number(),
  fixable: z.number(),
  kev: z.number(),
  notAssessed: z.number(),
  risk: z.number(),
  /** Open findings of all its live images; the figures above are those of its worst one. */
  findings: z.number(),
  worstDigest: z.string().nullable(),
  retiredAt: IsoColumn.nullable(),
  retiredReason: z.string().nullable(),
  owner: z.string().nullable(),
  ownerSource: OwnerSource.nullable(),
});
export type RepositoryRow = z.infer<typeof RepositoryRow>;

export const worstDigest = sql`case when r.worst_digest is not null then 'sha256:' || encode(r.worst_digest, 'hex') end as "worstDigest"`;

export interface RegistryRepositories {
  rows: RepositoryRow[];
  nextCursor: string | null;
  /** How many match show and text, bounded at 10 000. */
  matching: number;
  views: { current: number; unhealthy: number; notAssessed: number; retired: number };
}

/** Repositories of one registry, a page in one sort. */
export async function registryRepositories(
  actor: Actor,
  params: RegistryRepositoriesParams,
): Promise<RegistryRepositories> {
  requireRole(actor, "viewer");
  const conditions = [sql`r.registry_id = ${params.registryId}`, shown[params.show]];
  if (params.owner) conditions.push(ownerCondition(sql`r.owner`, params.owner, actor));
  if (params.q) conditions.push(sql`r.name ilike ${likePattern(params.q)}`);
  const [rows, matching, views] = await Promise.all([
    readRows(params, conditions),
    countRows(conditions),
    readViews(params.registryId),
  ]);
  const page = rows.slice(0, PAGE);
  const last = page.at(-1);
  return {
    rows: page,
    nextCursor: rows.length > PAGE && last ? encodeCursor(params, sortValues(params, last)) : null,
    matching,
    views,
  };
}

const shown: Record<RegistryRepositoriesParams["show"], Statement> = {
  current: sql`r.retired_at is null`,
  unhealthy: sql`r.retired_at is null and (r.critical + r.high + r.medium + r.unrated + r.kev > 0)`,
  notAssessed: sql`r.retired_at is null and r.not_assessed > 0`,
  retired: sql`r.retired_at is not null`,
};

function sortValues(params: RegistryRepositoriesParams, row: RepositoryRow): (string | number | null)[] {
  if (params.sort === "name") return [row.name, row.id];
  if (params.sort === "lastPush") return [row.lastPushedAt, row.id];
  return [row.risk, row.id];
}

function afterCursor(params: RegistryRepositoriesParams): Statement {
  if (params.sort === "name") {
    const after = decodeCursor(params, params.cursor, z.tuple([z.string(), z.uuid()]));
    return after ? sql`(r.name, r.id) > (${after[0]}, ${after[1]}::uuid)` : sql`true`;
  }
  if (params.sort === "lastPush") {
    const after = decodeCursor(params, params.cursor, z.tuple([z.iso.datetime().nullable(), z.uuid()]));
    if (!after) return sql`true`;
    const at = sql`coalesce(r.last_pushed_at, '-infinity')`;
    const given = sql`coalesce(${after[0]}::timestamptz, '-infinity')`;
    return sql`(${at} < ${given} or (${at} = ${given} and r.id > ${after[1]}::uuid))`;
  }
  const after = decodeCursor(params, params.cursor, z.tuple([z.number().int(), z.uuid()]));
  return after ? sql`(r.risk < ${after[0]} or (r.risk = ${after[0]} and r.id > ${after[1]}::uuid))` : sql`true`;
}

const orders: Record<RegistryRepositoriesParams["sort"], Statement> = {
  risk: sql`r.risk desc, r.id`,
  name: sql`r.name, r.id`,
  lastPush: sql`r.last_pushed_at desc nulls last, r.id`,
};

function readRows(params: RegistryRepositoriesParams, conditions: Statement[]): Promise<RepositoryRow[]> {
  return selectRows(
    RepositoryRow,
    sql`select r.id, r.name, r.tag_count as "tagCount", r.image_count as "imageCount", r.last_pushed_at as "lastPushedAt",
               r.critical, r.high, r.medium, r.low, r.unrated, r.fixable, r.kev, r.not_assessed as "notAssessed", r.risk,
               r.findings, ${worstDigest}, r.retired_at as "retiredAt", r.retired_reason as "retiredReason", r.owner, r.owner_source as "ownerSource"
          from repository r where ${joinSql([...conditions, afterCursor(params)], " and ")}
         order by ${orders[params.sort]} limit ${PAGE + 1}`,
  );
}

async function countRows(conditions: Statement[]): Promise<number> {
  const row = await selectFirst(
    z.object({ count: z.number() }),
    sql`select count(*)::int as count
          from (select 1 from repository r where ${joinSql(conditions, " and ")} limit 10000) matching`,
  );
  return row?.count ?? 0;
}

async function readViews(registryId: string): Promise<RegistryRepositories["views"]> {
  const count = (show: RegistryRepositoriesParams["show"]) => sql`(count(*) filter (where ${shown[show]}))::int`;
  const row = await selectFirst(
    z.object({ current: z.number(), unhealthy: z.number(), notAssessed: z.number(), retired: z.number() }),
    sql`select ${count("current")} as current, ${count("unhealthy")} as unhealthy, ${count("notAssessed")} as "notAssessed",
               ${count("retired")} as retired
          from (select * from repository where registry_id = ${registryId} limit 10000) r`,
  );
  return row ?? { current: 0, unhealthy: 0, notAssessed: 0, retired: 0 };
}
