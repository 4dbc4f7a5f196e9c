import { z } from "zod";
import { clock } from "#clock.ts";
import { config } from "#config.ts";
import { AppError } from "#domain/app-error.ts";
import { RegistryRights, RegistrySync } from "#domain/registry-rights.ts";
import { RegistrySettings } from "#domain/registry-settings.ts";
import { requireRole } from "#domain/require-role.ts";
import { ConnectionState, RegistryKind } from "#domain/resource.ts";
import type { Actor } from "#domain/role.ts";
import { webhookUrl } from "#domain/webhook-snippets.ts";
import { lastDataAt, rootSignal, rootSignals } from "#queries/count/root-signal.ts";
import { IsoColumn } from "#queries/list/columns.ts";
import { selectFirst, sql } from "#store/sql.ts";

export const RegistryParams = z.object({ registryId: z.uuid() });

const Row = z.object({
  id: z.string(),
  name: z.string(),
  kind: RegistryKind,
  url: z.string(),
  authKind: z.string(),
  username: z.string().nullable(),
  hasOwnCa: z.boolean(),
  state: ConnectionState,
  stateReason: z.string().nullable(),
  stateSince: IsoColumn,
  signal: z.enum(rootSignals).nullable(),
  /** What it says itself. */
  owner: z.string().nullable(),
  /** Who answers for it: a rule or the default may stand in. */
  effectiveOwner: z.string().nullable(),
  environment: z.string().nullable(),
  settings: RegistrySettings.catch(() => RegistrySettings.parse({})),
  rights: RegistryRights.nullable().catch(null),
  sync: RegistrySync.nullable().catch(null),
  lastEventAt: IsoColumn.nullable(),
  lastReconciledAt: IsoColumn.nullable(),
  nextReconcileAt: IsoColumn.nullable(),
  createdAt: IsoColumn,
  isDemo: z.boolean(),
  tokenPrefix: z.string().nullable(),
  tokenUsedAt: IsoColumn.nullable(),
  lastDataAt: IsoColumn.nullable(),
  repositories: z.number(),
  images: z.number(),
  healthy: z.number(),
  unhealthy: z.number(),
  unknown: z.number(),
  critical: z.number(),
  high: z.number(),
  medium: z.number(),
  low: z.number(),
  unrated: z.number(),
  fixable: z.number(),
  kev: z.number(),
  queuedScans: z.number(),
  runningScans: z.number(),
  failedScans: z.number(),
});

/** A connected registry with its health, progress and figures. Its credential is never read. */
export type RegistryDetail = z.infer<typeof Row> & { readAt: string; webhookUrl: string };

/** The registry page. Throws not-found when it was never connected or was disconnected. */
export async function registryDetail(
  actor: Actor,
  { registryId }: z.infer<typeof RegistryParams>,
): Promise<RegistryDetail> {
  requireRole(actor, "viewer");
  const row = await selectFirst(
    Row,
    sql`select r.id, r.name, r.kind, r.url, r.auth_kind as "authKind", r.username, r.ca_pem is not null as "hasOwnCa", r.state,
               r.state_reason as "stateReason", r.state_since as "stateSince", ${rootSignal} as signal, r.owner, s.owner as "effectiveOwner", r.environment,
               r.settings, r.rights, r.sync, r.last_event_at as "lastEventAt", r.last_reconciled_at as "lastReconciledAt",
               r.next_reconcile_at as "nextReconcileAt", r.created_at as "createdAt", r.is_demo as "isDemo",
               t.prefix as "tokenPrefix", t.last_used_at as "tokenUsedAt", ${lastDataAt} as "lastDataAt",
               coalesce(s.repository_count, 0) as repositories, coalesce(s.contents_count, 0) as images,
               coalesce(s.images_healthy, 0) as healthy, coalesce(s.images_unhealthy, 0) as unhealthy, coalesce(s.images_unknown, 0) as unknown,
               coalesce(s.critical, 0) as critical, coalesce(s.high, 0) as high, coalesce(s.medium, 0) as medium,
               coalesce(s.low, 0) as low, coalesce(s.unrated, 0) as unrated, coalesce(s.fixable, 0) as fixable,
               coalesce(s.kev, 0) as kev, scans.*
          from registry r
          left join resource_summary s on s.root_id = r.id
          left join api_token t on t.id = r.webhook_token_id and t.revoked_at is null
          cross join lateral (
            select (count(*) filter (where i.scan_state = 'queued'))::int as "queuedScans",
                   (count(*) filter (where i.scan_state = 'scanning'))::int as "runningScans",
                   (count(*) filter (where i.scan_state = 'failed'))::int as "failedScans"
              from image i where i.registry_id = r.id and i.scan_state in ('queued', 'scanning', 'failed')) scans
         where r.id = ${registryId} and r.deleted_at is null`,
  );
  if (!row)
    throw new AppError("not-found", "No registry with this address is connected. It may have been disconnected.");
  return { ...row, readAt: clock.now().toISOString(), webhookUrl: webhookUrl(config().publicUrl, row.id) };
}
