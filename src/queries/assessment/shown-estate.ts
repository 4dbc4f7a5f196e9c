import { type Statement, sql } from "#store/sql.ts";

/** Once anything real is connected the demo is in no sum: true for rows that count, by their own mark of being demo. */
export function shownEstate(isDemo: Statement): Statement {
  return sql`(not ${isDemo} or not exists (select 1 from resource_summary real_root where not real_root.is_demo))`;
}
