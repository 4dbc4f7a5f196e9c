import { z } from "zod";
import { requireRole } from "#domain/require-role.ts";
import { type Actor, roleIncludes } from "#domain/role.ts";
import { IsoColumn } from "#queries/list/columns.ts";
import { decodeCursor, encodeCursor } from "#queries/list/keyset-cursor.ts";
import { ChoiceParam, CursorParam } from "#queries/list/search-params.ts";
import { selectFirst, selectRows, sql } from "#store/sql.ts";

const PAGE = 50;

export const AdvisoryImportListParams = z.object({
  state: ChoiceParam(["any", "waiting", "failed"], "any"),
  cursor: CursorParam,
});
export type AdvisoryImportListParams = z.infer<typeof AdvisoryImportListParams>;

/** What an import did to one feed, or would do. */
export const AdvisoryImportFile = z.object({
  file: z.string(),
  feedId: z.string().nullable(),
  title: z.string(),
  state: z.enum(["imported", "unchanged", "waiting", "refused", "failed", "approved", "rejected"]),
  records: z.number(),
  added: z.number(),
  changed: z.number(),
  removed: z.number(),
  dataDate: z.string().nullable(),
  durationMs: z.number(),
  reason: z.string().nullable(),
  preview: z.object({ newMatches: z.number(), resolvedMatches: z.number(), matches: z.number() }).nullable(),
});
export type AdvisoryImportFile = z.infer<typeof AdvisoryImportFile>;

export const AdvisoryImportItem = z.object({
  id: z.string(),
  /** File name, folder or address. */
  source: z.string(),
  sourceKind: z.enum(["upload", "path", "url", "pull", "demo"]),
  state: z.enum(["queued", "running", "done", "partial", "waiting", "failed"]),
  files: z.array(AdvisoryImportFile),
  error: z.string().nullable(),
  requestedBy: z.string().nullable(),
  decidedBy: z.string().nullable(),
  createdAt: z.string(),
  finishedAt: z.string().nullable(),
  /** What matching made of it so far. */
  newMatches: z.number().int(),
  resolvedMatches: z.number().int(),
  canDecide: z.boolean(),
  isDemo: z.boolean(),
});
export type AdvisoryImportItem = z.infer<typeof AdvisoryImportItem>;

export const AdvisoryImportList = z.object({
  items: z.array(AdvisoryImportItem),
  total: z.number().int(),
  nextCursor: z.string().nullable(),
});
export type AdvisoryImportList = z.infer<typeof AdvisoryImportList>;

const Row = z.object({
  id: z.string(),
  source: z.string(),
  sourceKind: AdvisoryImportItem.shape.sourceKind,
  state: AdvisoryImportItem.shape.state,
  files: z.array(AdvisoryImportFile),
  error: z.string().nullable(),
  requestedBy: z.string().nullable(),
  decidedBy: z.string().nullable(),
  createdAt: IsoColumn,
  finishedAt: IsoColumn.nullable(),
  newMatches: z.number(),
  resolvedMatches: z.number(),
  isDemo: z.boolean(),
});

/** Imports of advisories, newest first. Counts of matches stop at 10 001. */
export async function advisoryImportList(actor: Actor, params: AdvisoryImportListParams): Promise<AdvisoryImportList> {
  requireRole(actor, "viewer");
  const filter = sql`(${params.state} = 'any' or i.state = ${params.state} or (${params.state} = 'failed' and i.state = 'partial'))`;
  const shape = `advisory-imports:${params.state}`;
  const [afterTime, afterId] = decodeCursor(shape, params.cursor, z.tuple([z.iso.datetime(), z.uuid()])) ?? [
    null,
    null,
  ];
  const rows = await selectRows(
    Row,
    sql`select i.id::text, i.source, i.source_kind as "sourceKind", i.state, i.feeds as files, i.error,
               i.requested_by as "requestedBy", i.decided_by as "decidedBy", i.created_at as "createdAt",
               i.finished_at as "finishedAt", i.is_demo as "isDemo",
               ${countChanges("new")} as "newMatches", ${countChanges("resolved")} as "resolvedMatches"
          from advisory_import i
         where ${filter} and (${afterTime}::timestamptz is null or (i.created_at, i.id) < (${afterTime}::timestamptz, ${afterId}::uuid))
         order by i.created_at desc, i.id desc limit ${PAGE + 1}`,
  );
  const total = await selectFirst(
    z.object({ total: z.number() }),
    sql`select count(*)::int as total from (select 1 from advisory_import i where ${filter} limit 10001) counted`,
  );
  const shown = rows.slice(0, PAGE);
  const last = rows.length > PAGE ? shown.at(-1) : undefined;
  return {
    items: shown.map((row) => ({
      ...row,
      source: shownSource(row, roleIncludes(actor.role, "admin")),
      canDecide: row.state === "waiting" && roleIncludes(actor.role, "admin"),
    })),
    total: total?.total ?? 0,
    nextCursor: last ? encodeCursor(shape, [last.createdAt, last.id]) : null,
  };
}

/** Where an upload lies on the server is nobody's business, and what follows an address (keys, signatures) is the admins'. */
function shownSource({ source, sourceKind }: z.infer<typeof Row>, isAdmin: boolean): string {
  if (sourceKind === "upload") return source.split(/[\\/]/).at(-1) ?? source;
  const url = sourceKind === "url" && !isAdmin ? URL.parse(source) : null;
  return url ? `${url.origin}${url.pathname}${url.search ? "?…" : ""}` : source;
}

function countChanges(change: "new" | "resolved") {
  return sql`(select count(*)::int from (select 1 from package_advisory_history h
    where h.import_id = i.id and h.change = ${change} limit 10001) counted)`;
}
