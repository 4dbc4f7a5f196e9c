import { saveIdentity } from "#store/resource-summary.ts";
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

/** Writes what a report says about a host onto it. Its row of the Containers list follows with the counts of its controls. */
export async function saveHostSummary(executor: Executor, hostId: string, summary: HostSummary): Promise<void> {
  await execute(
    sql`update host set engine_kind = ${summary.engineKind}, docker_version = ${text(summary.dockerVersion)}, api_version = ${text(summary.apiVersion)},
          operating_system = ${text(summary.operatingSystem)}, is_rootless = ${summary.isRootless}, managed = ${summary.managed === null ? null : storableJson(summary.managed)},
          images_total = ${summary.imagesTotal}, images_in_use = ${summary.imagesInUse}, containers_running = ${summary.containersRunning},
          containers_paused = ${summary.containersPaused}, containers_stopped = ${summary.containersStopped}, last_report_id = ${summary.reportId},
          last_report_at = ${summary.assessedAt}, last_collected_at = ${summary.collectedAt}, assessed_at = ${summary.assessedAt},
          state = 'connected', state_reason = null where id = ${hostId}`,
    executor,
  );
}

/** The engine of a host does not answer: what was read of it before stays, and the host says how old that is. */
export async function noteEngineDown(executor: Executor, hostId: string, reason: string): Promise<boolean> {
  const changed = await execute(
    sql`update host set state = 'unreachable', state_reason = ${storableText(reason)} where id = ${hostId} and state <> 'unreachable'`,
    executor,
  );
  await saveIdentity(executor, "host", [hostId]);
  return changed === 1;
}

const text = (value: string | null) => (value === null ? null : storableText(value));
