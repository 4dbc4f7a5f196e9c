import { sql } from "#store/sql.ts";

/** How well we can see a root, worst first: the first four are "not reporting". */
export const rootSignals = [
  "noRight",
  "unreachable",
  "waiting",
  "stale",
  "late",
  "degraded",
  "paused",
  "connected",
] as const;
export type RootSignal = (typeof rootSignals)[number];

/**
 * SQL for the signal of a row `s` of `resource_summary`, computed when read: late after twice, stale after six times the
 * expected interval without data.
 */
export const rootSignal = sql`case
  when s.state = 'paused' then 'paused'
  when s.state in ('noRight', 'unreachable') then s.state
  when s.last_data_at is null then 'waiting'
  when s.last_data_at < now() - make_interval(secs => 6 * s.expected_interval_seconds) then 'stale'
  when s.last_data_at < now() - make_interval(secs => 2 * s.expected_interval_seconds) then 'late'
  when s.state in ('degraded', 'connecting') then 'degraded'
  else 'connected' end`;

/** SQL: the row `s` does not report. Paused is a person's choice and does not count. */
export const isSilent = sql`(s.state in ('noRight', 'unreachable') or (s.state <> 'paused' and (s.last_data_at is null
  or s.last_data_at < now() - make_interval(secs => 2 * s.expected_interval_seconds))))`;

/** SQL for the posture of a row `s`: one unknown part keeps it from being healthy, nothing in it is unknown. */
export const rootPosture = sql`case when s.unhealthy > 0 then 'unhealthy'
  when s.healthy > 0 and s.unknown = 0 then 'healthy' else 'unknown' end`;
