import { z } from "zod";
import { clock } from "#clock.ts";
import { config } from "#config.ts";
import { requireRole } from "#domain/require-role.ts";
import type { Actor } from "#domain/role.ts";
import { IsoColumn } from "#queries/list/columns.ts";
import { selectFirst, selectRows, sql } from "#store/sql.ts";

export const AdvisorySourcesParams = z.object({});
export type AdvisorySourcesParams = z.infer<typeof AdvisorySourcesParams>;

/** A feed that was not looked at for this long is stale. */
const staleAfterMs = 48 * 3600_000;

export const AdvisorySource = z.object({
  id: z.string(),
  title: z.string(),
  kind: z.string(),
  url: z.string().nullable(),
  licence: z.string().nullable(),
  records: z.number().int(),
  /** Newest date inside the data. */
  dataDate: z.string().nullable(),
  lastCheckedAt: z.string().nullable(),
  lastChangedAt: z.string().nullable(),
  /** `stale` = nobody looked for 48 h; `waiting` = an update waits for an admin. */
  state: z.enum(["ok", "stale", "failing", "waiting", "never"]),
  /** What is wrong, in words, with since when. */
  problem: z.string().nullable(),
  isDemo: z.boolean(),
});
export type AdvisorySource = z.infer<typeof AdvisorySource>;

export const AdvisorySources = z.object({
  items: z.array(AdvisorySource),
  /** Null when public feeds are pulled, else why they are not. */
  feedsOff: z.string().nullable(),
  advisoriesVersion: z.string(),
  changedAt: z.string().nullable(),
  records: z.number().int(),
  /** Package versions that wait to be matched again. */
  waitingPackages: z.number().int(),
  waitingImports: z.number().int(),
});
export type AdvisorySources = z.infer<typeof AdvisorySources>;

const Row = z.object({
  id: z.string(),
  title: z.string(),
  kind: z.string(),
  url: z.string().nullable(),
  licence: z.string().nullable(),
  records: z.number(),
  dataDate: IsoColumn.nullable(),
  lastCheckedAt: IsoColumn.nullable(),
  lastChangedAt: IsoColumn.nullable(),
  state: z.string(),
  lastError: z.string().nullable(),
  failingSince: IsoColumn.nullable(),
  isDemo: z.boolean(),
});

const Totals = z.object({
  advisoriesVersion: z.bigint(),
  changedAt: IsoColumn.nullable(),
  waitingPackages: z.number(),
  waitingImports: z.number(),
});

/** Every feed with its age and what is wrong with it: failing ones first, then by title. */
export async function advisorySources(actor: Actor, _params?: AdvisorySourcesParams): Promise<AdvisorySources> {
  requireRole(actor, "viewer");
  const rows = await selectRows(
    Row,
    sql`select id, title, kind, url, licence, record_count as records, data_date as "dataDate", last_checked_at as "lastCheckedAt",
               last_changed_at as "lastChangedAt", state, last_error as "lastError", failing_since as "failingSince", is_demo as "isDemo"
          from feed order by (state in ('failing', 'waiting')) desc, title, id limit 500`,
  );
  const totals = await selectFirst(
    Totals,
    sql`select advisories_version as "advisoriesVersion",
               case when advisories_version > 0 then changed_at end as "changedAt",
               (select count(*)::int from (select 1 from package_touch limit 10001) t) as "waitingPackages",
               (select count(*)::int from advisory_import where state = 'waiting') as "waitingImports"
          from advisory_state where version = 1`,
  );
  const now = clock.now().getTime();
  return {
    items: rows.map((row) => toSource(row, now)),
    feedsOff: config().feedsEnabled
      ? null
      : "The public feeds are switched off (BREAKWATER_FEEDS=off). Advisories come from imports alone.",
    advisoriesVersion: String(totals?.advisoriesVersion ?? 0n),
    changedAt: totals?.changedAt ?? null,
    records: rows.reduce((sum, row) => sum + row.records, 0),
    waitingPackages: totals?.waitingPackages ?? 0,
    waitingImports: totals?.waitingImports ?? 0,
  };
}

function toSource({ lastError, failingSince, ...row }: z.infer<typeof Row>, now: number): AdvisorySource {
  const age = row.lastCheckedAt ? now - Date.parse(row.lastCheckedAt) : Number.POSITIVE_INFINITY;
  const known = row.state === "failing" || row.state === "waiting" || row.state === "never" ? row.state : "ok";
  const state = known === "ok" && age > staleAfterMs && !row.isDemo ? "stale" : known;
  const since = failingSince ? ` (since ${failingSince.slice(0, 16).replace("T", " ")} UTC)` : "";
  const stale = `Nobody has looked for news of this feed since ${row.lastCheckedAt?.slice(0, 10) ?? "its import"}.`;
  return { ...row, state, problem: lastError ? `${lastError}${since}` : state === "stale" ? stale : null };
}
