import { z } from "zod";
import { clock } from "#clock.ts";
import { type RegistryRights, RegistrySync } from "#domain/registry-rights.ts";
import { RegistryAuthKind, RegistrySettings } from "#domain/registry-settings.ts";
import { ConnectionState, RegistryKind } from "#domain/resource.ts";
import { recordChange } from "#store/change.ts";
import { markRegistryDirty } from "#store/count/dirty-marks.ts";
import { ofRegistries, settleRepositoryOwners } from "#store/owner/settle-owners.ts";
import { noteData, saveIdentity } from "#store/resource-summary.ts";
import { type Executor, execute, selectFirst, sql } from "#store/sql.ts";

/** A connected registry as the worker and commands see it; the credential itself is behind `secretId`. */
export const RegistryRow = z.object({
  id: z.string(),
  name: z.string(),
  kind: RegistryKind,
  url: z.string(),
  authKind: RegistryAuthKind,
  username: z.string().nullable(),
  secretId: z.string().nullable(),
  tokenRealmHost: z.string().nullable(),
  caPem: z.string().nullable(),
  state: ConnectionState,
  stateReason: z.string().nullable(),
  settings: RegistrySettings,
  owner: z.string().nullable(),
  environment: z.string().nullable(),
  webhookTokenId: z.string().nullable(),
  sync: RegistrySync.nullable().catch(null),
  lastReconciledAt: z.date().nullable(),
  deletedAt: z.date().nullable(),
  isDemo: z.boolean(),
});
export type RegistryRow = z.infer<typeof RegistryRow>;

const columns = sql`id, name, kind, url, auth_kind as "authKind", username, secret_id as "secretId", token_realm_host as "tokenRealmHost",
  ca_pem as "caPem", state, state_reason as "stateReason", settings, owner, environment, webhook_token_id as "webhookTokenId", sync,
  last_reconciled_at as "lastReconciledAt", deleted_at as "deletedAt", is_demo as "isDemo"`;

/** A registry that is still connected; undefined when it never was or was disconnected. */
export function findRegistry(id: string, executor?: Executor): Promise<RegistryRow | undefined> {
  return selectFirst(
    RegistryRow,
    sql`select ${columns} from registry where id = ${id} and deleted_at is null`,
    executor,
  );
}

/** As `findRegistry`, locked until the transaction ends. */
export function lockRegistry(executor: Executor, id: string): Promise<RegistryRow | undefined> {
  return selectFirst(
    RegistryRow,
    sql`select ${columns} from registry where id = ${id} and deleted_at is null for update`,
    executor,
  );
}

/** A connected registry with this address, so that one is not connected twice. */
export function findRegistryByUrl(url: string, executor?: Executor): Promise<RegistryRow | undefined> {
  return selectFirst(
    RegistryRow,
    sql`select ${columns} from registry where url = ${url} and deleted_at is null limit 1`,
    executor,
  );
}

/** The connected demo registry, if any. */
export function findDemoRegistry(executor?: Executor): Promise<RegistryRow | undefined> {
  return selectFirst(
    RegistryRow,
    sql`select ${columns} from registry where is_demo and deleted_at is null limit 1`,
    executor,
  );
}

export interface NewRegistry {
  id: string;
  name: string;
  kind: RegistryKind;
  url: string;
  authKind: RegistryAuthKind;
  username: string | null;
  secretId: string | null;
  tokenRealmHost: string | null;
  caPem: string | null;
  settings: RegistrySettings;
  rights: RegistryRights | null;
  owner: string | null;
  environment: string | null;
  webhookTokenId: string;
  createdBy: string | null;
  isDemo: boolean;
  nextReconcileAt: Date;
}

/** Adds a registry in the state `connecting`, and its row of the Containers list at once. */
export async function insertRegistry(executor: Executor, registry: NewRegistry): Promise<void> {
  await execute(
    sql`insert into registry (id, name, kind, url, auth_kind, username, secret_id, token_realm_host, ca_pem, state, settings, rights,
          owner, environment, webhook_token_id, created_by, is_demo, next_reconcile_at)
        values (${registry.id}, ${registry.name}, ${registry.kind}, ${registry.url}, ${registry.authKind}, ${registry.username},
          ${registry.secretId}, ${registry.tokenRealmHost}, ${registry.caPem}, 'connecting', ${JSON.stringify(registry.settings)},
          ${registry.rights ? JSON.stringify(registry.rights) : null}, ${registry.owner}, ${registry.environment},
          ${registry.webhookTokenId}, ${registry.createdBy}, ${registry.isDemo}, ${registry.nextReconcileAt})`,
    executor,
  );
  await saveIdentity(executor, "registry", [registry.id]);
  await recordChange(executor, "containers", `registry:${registry.id}`);
}

/**
 * Writes how well the registry can be seen, on it and on its row of the Containers list. Only a change moves `state_since`. A
 * paused registry stays paused unless a person's command says otherwise (`byPerson`).
 */
export async function setConnectionState(
  executor: Executor,
  id: string,
  to: { state: ConnectionState; reason: string | null; byPerson?: boolean },
): Promise<void> {
  const touched = await execute(
    sql`update registry set state_since = case when state = ${to.state} then state_since else clock_timestamp() end,
          state = ${to.state}, state_reason = ${to.reason}
         where id = ${id} and deleted_at is null and (${to.byPerson ?? false} or state <> 'paused') and (state, coalesce(state_reason, '')) is distinct from (${to.state}, ${to.reason ?? ""})`,
    executor,
  );
  if (touched === 0) return;
  await saveIdentity(executor, "registry", [id]);
  await recordChange(executor, "containers", `registry:${id}`);
}

/** Notes that something arrived from the registry, at most once a second, so that bursts do not queue behind one row. */
export async function noteRegistryData(executor: Executor, id: string, kind: "event" | "data"): Promise<void> {
  if (kind === "event") {
    await execute(
      sql`update registry set last_event_at = clock_timestamp()
           where id = ${id} and (last_event_at is null or last_event_at < clock_timestamp() - interval '1 second')`,
      executor,
    );
  }
  await noteData(executor, id, clock.now());
}

/** Writes how far a comparison with the registry is. */
export async function setSync(executor: Executor, id: string, sync: RegistrySync): Promise<void> {
  await execute(
    sql`update registry set sync = ${JSON.stringify(sync)} where id = ${id} and deleted_at is null`,
    executor,
  );
  await recordChange(executor, `registry:${id}`);
}

/** Ends a comparison: its result and when the next one is due. */
export async function setReconciled(
  executor: Executor,
  id: string,
  result: { sync: RegistrySync; nextAt: Date; complete: boolean },
): Promise<void> {
  await execute(
    sql`update registry set sync = ${JSON.stringify(result.sync)}, next_reconcile_at = ${result.nextAt},
          last_reconciled_at = case when ${result.complete} then clock_timestamp() else last_reconciled_at end
         where id = ${id} and deleted_at is null`,
    executor,
  );
  await recordChange(executor, `registry:${id}`, "containers");
}

/** Stores the outcome of a test of rights. */
export async function setRights(executor: Executor, id: string, rights: RegistryRights): Promise<void> {
  await execute(sql`update registry set rights = ${JSON.stringify(rights)} where id = ${id}`, executor);
  await recordChange(executor, `registry:${id}`);
}

/** Changes what people call the registry and its rules, on it and on its row of the Containers list. */
export async function saveRegistryDetails(
  executor: Executor,
  id: string,
  to: { name: string; owner: string | null; environment: string | null; settings: RegistrySettings },
): Promise<void> {
  await execute(
    sql`update registry set name = ${to.name}, owner = ${to.owner}, environment = ${to.environment}, settings = ${JSON.stringify(to.settings)}
         where id = ${id}`,
    executor,
  );
  await saveIdentity(executor, "registry", [id]);
  await settleRepositoryOwners(executor, ofRegistries([id]));
}

/** Replaces how the registry is signed in to. */
export async function saveCredential(
  executor: Executor,
  id: string,
  to: Pick<RegistryRow, "authKind" | "username" | "secretId" | "tokenRealmHost" | "caPem">,
): Promise<void> {
  await execute(
    sql`update registry set auth_kind = ${to.authKind}, username = ${to.username}, secret_id = ${to.secretId},
          token_realm_host = ${to.tokenRealmHost}, ca_pem = ${to.caPem} where id = ${id}`,
    executor,
  );
  await recordChange(executor, `registry:${id}`);
}

/** Binds another webhook token to the registry. */
export async function setWebhookToken(executor: Executor, id: string, tokenId: string): Promise<void> {
  await execute(sql`update registry set webhook_token_id = ${tokenId} where id = ${id}`, executor);
}

/** When the next scheduled comparison is due; null = never. */
export async function setNextReconcile(executor: Executor, id: string, at: Date | null): Promise<void> {
  await execute(sql`update registry set next_reconcile_at = ${at} where id = ${id}`, executor);
}

/** Disconnects: the row stays for the history, everything below it is retired, and what is counted is counted again. */
export async function retireRegistry(executor: Executor, id: string, reason: string): Promise<void> {
  await execute(
    sql`update registry set deleted_at = clock_timestamp(), secret_id = null, webhook_token_id = null, next_reconcile_at = null where id = ${id}`,
    executor,
  );
  await execute(
    sql`update placement set retired_at = clock_timestamp(), retired_reason = ${reason} where registry_id = ${id} and retired_at is null`,
    executor,
  );
  await execute(
    sql`update tag set retired_at = clock_timestamp(), retired_reason = ${reason} where registry_id = ${id} and retired_at is null`,
    executor,
  );
  await execute(
    sql`update repository set retired_at = clock_timestamp(), retired_reason = ${reason} where registry_id = ${id} and retired_at is null`,
    executor,
  );
  await saveIdentity(executor, "registry", [id]);
  await markRegistryDirty(executor, id, "removed");
  await recordChange(executor, "containers", "vulnerabilities", `registry:${id}`);
}
