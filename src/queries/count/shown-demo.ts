import { sql } from "#store/sql.ts";

/** Whether sums are the demo's: only while nothing real is connected. Once something is, the demo is in no sum. */
export const shownDemo = sql`(select coalesce(bool_and(is_demo), false) from resource_summary)`;
