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
 * SQL for the last data of a row `s`. The row itself follows signs of life only every quarter of an hour; the heartbeat of an
 * agent and what a registry last said are exact.
 */
export const lastDataAt = sql`greatest(s.last_data_at, (select b.seen_at from host_heartbeat b where b.host_id = s.root_id),
  (select greatest(g.last_event_at, g.last_reconciled_at) from registry g where g.id = s.root_id))`;

/**
 * SQL for the signal of a row `s` of `resource_summary`, computed when read: late after twice, stale after six times the
 * expected interval without data.
 */
export const rootSignal = sql`case
  when s.state = 'paused' then 'paused'
  when s.state in ('noRight', 'unreachable') then s.state
  when ${lastDataAt} is null then 'waiting'
  when ${lastDataAt} < now() - make_interval(secs => 6 * s.expected_interval_seconds) then 'stale'
  when ${lastDataAt} < now() - make_interval(secs => 2 * s.expected_interval_seconds) then 'late'
  when s.state in ('degraded', 'connecting') then 'degraded'
  else 'connected' end`;

/** SQL: the row `s` does not report. Paused is a person's choice and does not count. */
export const isSilent = sql`(s.state in ('noRight', 'unreachable') or (s.state <> 'paused' and (s.last_data_at is null
  or s.last_data_at < now() - make_interval(secs => 2 * s.expected_interval_seconds)
  and ${lastDataAt} < now() - make_interval(secs => 2 * s.expected_interval_seconds))))`;

/** SQL for the posture of a row `s`: one unknown part keeps it from being healthy, nothing in it is unknown. */
export const rootPosture = sql`case when s.images_unhealthy + s.controls_unhealthy > 0 then 'unhealthy'
  when s.images_healthy + s.controls_healthy > 0 and s.images_unknown + s.controls_unknown = 0 then 'healthy' else 'unknown' end`;
