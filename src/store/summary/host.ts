import { type Statement, sql } from "#store/sql.ts";
import { controlColumns, controlCounts, worstControl } from "./control-figures.ts";

/** The rows of hosts in the Containers list. */
export const hostSummary = (ids: readonly string[]): Statement => sql`
  select h.id as root_id, h.name, 'Docker VM' || case when h.last_report_at is null then '' else ' · ' || coalesce(h.docker_version, 'version not known') end as detail,
    coalesce(owner_by_rule(h.id, 'host', h.name), h.owner, default_owner()) as owner, h.environment, h.state, h.state_reason,
    h.heartbeat_seconds as expected_interval_seconds, 'running' as contents_unit, h.is_demo, ${controlColumns},
    ${worstControl("host", sql`h.id`)} as worst, coalesce(h.containers_running, 0) as contents_count, 0 as repository_count,
    h.last_report_at as last_data_at
    from host h left join (${controlCounts("host", ids)}) c on c.root_id = h.id
   where h.id = any(${ids}::uuid[]) and h.removed_at is null`;
