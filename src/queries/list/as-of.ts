import { z } from "zod";
import { clock } from "#clock.ts";
import { selectFirst, sql } from "#store/sql.ts";
import { BigIntColumn, IsoColumn } from "./columns.ts";

/** What every page says about its age: when it was read and how old the advisories behind it are. */
export const AsOf = z.object({
  readAt: z.string(),
  advisoriesVersion: z.string(),
  advisoriesChangedAt: z.string().nullable(),
  /** Date of the newest advisory data; null while nothing was ever imported. */
  dataDate: z.string().nullable(),
  /** Feeds that hold records, and how many of them failed or waited at their last check. */
  feeds: z.number().int(),
  failingFeeds: z.number().int(),
  records: z.number().int(),
});
export type AsOf = z.infer<typeof AsOf>;

const Row = z.object({
  version: BigIntColumn,
  changed_at: IsoColumn.nullable(),
  data_date: IsoColumn.nullable(),
  feeds: z.number(),
  failing: z.number(),
  records: z.number(),
});

/** The age of the advisory data. No role check: only queries that checked the actor call it. */
export async function asOf(): Promise<AsOf> {
  const row = await selectFirst(
    Row,
    sql`select s.advisories_version as version,
               case when s.advisories_version > 0 then s.changed_at end as changed_at,
               (select max(coalesce(data_date, last_changed_at)) from feed where record_count > 0) as data_date,
               (select count(*)::int from feed where record_count > 0) as feeds,
               (select count(*)::int from feed where last_error is not null) as failing,
               (select coalesce(sum(record_count), 0)::int from feed) as records
          from advisory_state s limit 1`,
  );
  return {
    readAt: clock.now().toISOString(),
    advisoriesVersion: row?.version ?? "0",
    advisoriesChangedAt: row?.changed_at ?? null,
    dataDate: row?.data_date ?? null,
    feeds: row?.feeds ?? 0,
    failingFeeds: row?.failing ?? 0,
    records: row?.records ?? 0,
  };
}
