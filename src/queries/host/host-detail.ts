import { z } from "zod";
import { clock } from "#clock.ts";
import { AppError } from "#domain/app-error.ts";
import { requireRole } from "#domain/require-role.ts";
import type { Actor } from "#domain/role.ts";
import { rootSignal, rootSignals } from "#queries/count/root-signal.ts";
import { IsoColumn } from "#queries/list/columns.ts";
import { selectFirst, sql } from "#store/sql.ts";

export const HostParams = z.object({ hostId: z.uuid() });

const Row = z.object({
  id: z.string(),
  name: z.string(),
  hostname: z.string(),
  engineKind: z.enum(["docker", "podman"]).catch("docker"),
  dockerVersion: z.string().nullable(),
  apiVersion: z.string().nullable(),
  operatingSystem: z.string().nullable(),
  isRootless: z.boolean(),
  agentVersion: z.string().nullable(),
  approval: z.enum(["approved", "pending"]),
  state: z.string(),
  stateReason: z.string().nullable(),
  signal: z.enum(rootSignals).nullable(),
  managed: z
    .object({ manager: z.string(), signals: z.array(z.string()) })
    .nullable()
    .catch(null),
  assessManaged: z.boolean(),
  policy: z.record(z.string(), z.unknown()).nullable().catch(null),
  cloneOf: z.string().nullable(),
  cloneReason: z.string().nullable(),
  clockSkewSeconds: z.number(),
  refused: z.object({ at: z.string(), reason: z.string() }).nullable().catch(null),
  droppedReports: z.number(),
  reportRequestedAt: IsoColumn.nullable(),
  /** What it says itself. */
  owner: z.string().nullable(),
  /** Who answers for it: a rule or the default may stand in. */
  effectiveOwner: z.string().nullable(),
  environment: z.string().nullable(),
  heartbeatSeconds: z.number(),
  seenAt: IsoColumn.nullable(),
  lastReportAt: IsoColumn.nullable(),
  lastCollectedAt: IsoColumn.nullable(),
  imagesTotal: z.number().nullable(),
  imagesInUse: z.number().nullable(),
  containersRunning: z.number().nullable(),
  containersPaused: z.number().nullable(),
  containersStopped: z.number().nullable(),
  healthy: z.number(),
  unhealthy: z.number(),
  unknown: z.number(),
  manual: z.number(),
  notApplicable: z.number(),
  exempt: z.number(),
  waitingReports: z.number(),
  createdAt: IsoColumn,
  isDemo: z.boolean(),
  /** Its agent runs beside Breakwater, started and stopped on the connect page. */
  isThisMachine: z.boolean(),
  /** Other engines of the same machine; of these the one with the agent's first token comes first. */
  otherEngines: z.array(z.object({ id: z.string(), name: z.string() })),
  /** This is a further engine of a machine: it hangs on the agent of the first. */
  parentHostId: z.string().nullable(),
  daemonSocket: z.string().nullable(),
  rotateRequestedAt: IsoColumn.nullable(),
  tokenRotatedAt: IsoColumn.nullable(),
});

/** A Docker host with its agent's state and its figures. */
export type HostDetail = z.infer<typeof Row> & { readAt: string };

/** The head of the host page. Throws not-found when it was never enrolled or was removed. */
export async function hostDetail(actor: Actor, params: z.infer<typeof HostParams>): Promise<HostDetail> {
  requireRole(actor, "viewer");
  const { hostId } = HostParams.parse(params);
  const row = await selectFirst(
    Row,
    sql`select h.id, h.name, h.hostname, h.engine_kind as "engineKind", h.docker_version as "dockerVersion", h.api_version as "apiVersion",
          h.operating_system as "operatingSystem", h.is_rootless as "isRootless", h.agent_version as "agentVersion", h.approval, h.state,
          h.state_reason as "stateReason", ${rootSignal} as signal, h.managed, h.assess_managed as "assessManaged", h.policy, h.clone_of as "cloneOf",
          h.clone_reason as "cloneReason", h.clock_skew_seconds as "clockSkewSeconds", h.refused, h.dropped_reports as "droppedReports",
          h.report_requested_at as "reportRequestedAt", h.owner, s.owner as "effectiveOwner", h.environment, h.heartbeat_seconds as "heartbeatSeconds", b.seen_at as "seenAt",
          h.last_report_at as "lastReportAt", h.last_collected_at as "lastCollectedAt", h.images_total as "imagesTotal",
          h.images_in_use as "imagesInUse", h.containers_running as "containersRunning", h.containers_paused as "containersPaused",
          h.containers_stopped as "containersStopped", counts.*, h.created_at as "createdAt", h.is_demo as "isDemo",
          exists (select 1 from local_agent l where l.host_id in (h.id, h.parent_host_id)) as "isThisMachine",
          h.parent_host_id as "parentHostId", h.daemon_socket as "daemonSocket", h.rotate_requested_at as "rotateRequestedAt",
          h.token_rotated_at as "tokenRotatedAt",
          (select coalesce(jsonb_agg(jsonb_build_object('id', o.id, 'name', o.name) order by o.parent_host_id is not null, o.name, o.id), '[]')
             from host o where o.removed_at is null and o.id <> h.id
              and (o.id = h.parent_host_id or o.parent_host_id in (h.id, h.parent_host_id))) as "otherEngines",
          (select count(*)::int from host_report r where r.host_id = h.id and r.state = 'accepted') as "waitingReports"
          from host h
          left join host_heartbeat b on b.host_id = h.id
          left join resource_summary s on s.root_id = h.id
          cross join lateral (
            select (count(*) filter (where a.status = 'healthy'))::int as healthy, (count(*) filter (where a.status = 'unhealthy'))::int as unhealthy,
                   (count(*) filter (where a.status = 'unknown'))::int as unknown, (count(*) filter (where a.status = 'manual'))::int as manual,
                   (count(*) filter (where a.status = 'notApplicable'))::int as "notApplicable", (count(*) filter (where a.status = 'exempt'))::int as exempt
              from effective_assessment a where a.root_id = h.id and a.resource_kind = 'host') counts
         where h.id = ${hostId} and h.removed_at is null`,
  );
  if (!row) throw new AppError("not-found", "No Docker host with this address is enrolled. It may have been removed.");
  return { ...row, readAt: clock.now().toISOString() };
}
