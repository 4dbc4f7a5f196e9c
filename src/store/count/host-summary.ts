import type { HostRow } from "#store/host/host.ts";
import { type Executor, execute, sql } from "#store/sql.ts";
import { storableJson, storableText } from "#store/storable-text.ts";

export interface HostSummary {
  reportId: string;
  collectedAt: Date;
  assessedAt: Date;
  engineKind: string;
  dockerVersion: string | null;
  apiVersion: string | null;
  operatingSystem: string | null;
  isRootless: boolean;
  managed: unknown;
  imagesTotal: number | null;
  imagesInUse: number | null;
  containersRunning: number | null;
  containersPaused: number | null;
  containersStopped: number | null;
}

/** Writes what a report says about a host onto its row and onto its row of the Containers list, but for the counts of its controls. */
export async function saveHostSummary(executor: Executor, host: HostRow, summary: HostSummary): Promise<void> {
  await execute(
    sql`update host set engine_kind = ${summary.engineKind}, docker_version = ${text(summary.dockerVersion)}, api_version = ${text(summary.apiVersion)},
          operating_system = ${text(summary.operatingSystem)}, is_rootless = ${summary.isRootless}, managed = ${summary.managed === null ? null : storableJson(summary.managed)},
          images_total = ${summary.imagesTotal}, images_in_use = ${summary.imagesInUse}, containers_running = ${summary.containersRunning},
          containers_paused = ${summary.containersPaused}, containers_stopped = ${summary.containersStopped}, last_report_id = ${summary.reportId},
          last_report_at = ${summary.assessedAt}, last_collected_at = ${summary.collectedAt}, assessed_at = ${summary.assessedAt},
          state = 'connected', state_reason = null where id = ${host.id}`,
    executor,
  );
  await execute(
    sql`insert into resource_summary (root_id, kind, name, detail, owner, environment, state, state_reason, contents_count, contents_unit,
          last_data_at, expected_interval_seconds, updated_at, is_demo)
        values (${host.id}, 'host', ${host.name}, ${`Docker VM · ${text(summary.dockerVersion) ?? "version not known"}`}, ${host.owner}, ${host.environment},
          'connected', null, ${summary.containersRunning ?? 0}, 'running', ${summary.assessedAt}, ${host.heartbeatSeconds}, now(), ${host.isDemo})
        on conflict (root_id) do update set name = excluded.name, detail = excluded.detail, owner = excluded.owner, environment = excluded.environment,
          state = excluded.state, state_reason = null, contents_count = excluded.contents_count, contents_unit = excluded.contents_unit,
          last_data_at = greatest(resource_summary.last_data_at, excluded.last_data_at), updated_at = now()`,
    executor,
  );
}

const text = (value: string | null) => (value === null ? null : storableText(value));
