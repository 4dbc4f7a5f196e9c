import { severities, severityRank } from "#domain/severity.ts";
import { type Statement, sql } from "#store/sql.ts";

const byRank = [...severities].sort((left, right) => severityRank[left] - severityRank[right]);

/** The word of a stored `severity_rank` (0 unknown … 5 critical). */
export function severityOfRank(rank: Statement): Statement {
  return sql`(${byRank}::text[])[${rank} + 1]`;
}

/** The rank of a severity's word. */
export function rankOfSeverity(severity: Statement): Statement {
  return sql`(array_position(${byRank}::text[], ${severity}) - 1)`;
}
