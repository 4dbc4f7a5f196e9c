import { z } from "zod";
import { clock } from "#clock.ts";
import { noteData, saveIdentity } from "#store/resource-summary.ts";
import { type Executor, execute, selectFirst, selectRows, sql } from "#store/sql.ts";

export const HostRow = z.object({
  id: z.string(),
  name: z.string(),
  hostname: z.string(),
  machineIdHash: z.string().nullable(),
  bootId: z.string().nullable(),
  seenBootIds: z.array(z.string()),
  approval: z.enum(["approved", "pending"]),
  state: z.string(),
  assessManaged: z.boolean(),
  policy: z.unknown(),
  tokenId: z.string().nullable(),
  lastSequence: z.bigint(),
  lastReportId: z.string().nullable(),
  lastReportAt: z.date().nullable(),
  reportRequestedAt: z.date().nullable(),
  heartbeatSeconds: z.number(),
  owner: z.string().nullable(),
  environment: z.string().nullable(),
  isDemo: z.boolean(),
  /** The machine's first daemon, when this is a further one; `daemonSocket` tells which. */
  parentHostId: z.string().nullable(),
  daemonSocket: z.string().nullable(),
  /** The token that takes over at its first use; `rotateRequestedAt` is set until then. */
  nextTokenId: z.string().nullable(),
  rotateRequestedAt: z.date().nullable(),
});
export type HostRow = z.infer<typeof HostRow>;

const columns = sql`id, name, hostname, machine_id_hash as "machineIdHash", boot_id as "bootId", seen_boot_ids as "seenBootIds", approval, state,
  assess_managed as "assessManaged", policy, token_id as "tokenId", last_sequence as "lastSequence", last_report_id as "lastReportId",
  last_report_at as "lastReportAt", report_requested_at as "reportRequestedAt", heartbeat_seconds as "heartbeatSeconds", owner, environment,
  is_demo as "isDemo", parent_host_id as "parentHostId", daemon_socket as "daemonSocket", next_token_id as "nextTokenId",
  rotate_requested_at as "rotateRequestedAt"`;

/** A host that was not removed; locked for the transaction when asked. */
export function findHost(
  id: string,
  executor?: Executor,
  options: { lock?: boolean } = {},
): Promise<HostRow | undefined> {
  const lock = options.lock ? sql`for update` : sql``;
  return selectFirst(
    HostRow,
    sql`select ${columns} from host where id = ${id} and removed_at is null ${lock}`,
    executor,
  );
}

/**
 * Live machines that carry the same machine id: more than one means that a machine was cloned. Further daemons of one
 * machine share its id and are not counted.
 */
export function hostsWithMachineId(executor: Executor, machineIdHash: string): Promise<HostRow[]> {
  return selectRows(
    HostRow,
    sql`select ${columns} from host where machine_id_hash = ${machineIdHash} and removed_at is null and parent_host_id is null order by created_at, id`,
    executor,
  );
}

export interface NewHost {
  id: string;
  hostname: string;
  machineIdHash: string | null;
  bootId: string | null;
  agentVersion: string;
  approval: "approved" | "pending";
  tokenId: string;
  enrolTokenId: string | null;
  cloneOf: string | null;
  /** What tells a further daemon of a machine apart, and what it takes over from the first. */
  daemon?: { parentHostId: string; socket: string; user: string | null; name: string } & Pick<
    HostRow,
    "owner" | "environment"
  >;
}

/** Adds an enrolled host and its row in the Containers list, so that it shows before its first report. */
export async function insertHost(executor: Executor, host: NewHost): Promise<void> {
  const { daemon } = host;
  const name = daemon?.name ?? host.hostname;
  const owner = daemon?.owner ?? null;
  const environment = daemon?.environment ?? null;
  await execute(
    sql`insert into host (id, name, hostname, machine_id_hash, boot_id, seen_boot_ids, agent_version, approval, token_id, enrol_token_id,
          clone_of, clone_reason, parent_host_id, daemon_socket, daemon_user, owner, environment, state, state_reason)
        values (${host.id}, ${name}, ${host.hostname}, ${host.machineIdHash}, ${host.bootId}, ${host.bootId ? [host.bootId] : []}::text[],
          ${host.agentVersion}, ${host.approval}, ${host.tokenId}, ${host.enrolTokenId}, ${host.cloneOf},
          ${host.cloneOf ? "Another host was enrolled with the same machine id." : null},
          ${daemon?.parentHostId ?? null}, ${daemon?.socket ?? null}, ${daemon?.user ?? null}, ${owner}, ${environment}, 'connecting',
          ${host.approval === "pending" ? "An admin has to approve this host." : "The agent is enrolled; its first report is on the way."})`,
    executor,
  );
  await saveIdentity(executor, "host", [host.id]);
}

/** Flags a host as a possible clone; the first reason stays until a person clears it. */
export async function flagClone(
  executor: Executor,
  hostId: string,
  reason: string,
  cloneOf: string | null = null,
): Promise<void> {
  await execute(
    sql`update host set clone_of = coalesce(clone_of, ${cloneOf}::uuid), clone_reason = coalesce(clone_reason, ${reason}) where id = ${hostId}`,
    executor,
  );
}

/**
 * Notes that the agent is alive. The narrow table is updated in place and is what the signal reads; the row of the Containers list
 * follows at most every quarter of an hour, and at once when the host was taken for silent.
 */
export async function noteHeartbeat(executor: Executor, hostId: string, sequence: bigint): Promise<void> {
  const now = clock.now();
  await execute(
    sql`insert into host_heartbeat (host_id, seen_at, sequence) values (${hostId}, ${now}, ${sequence})
        on conflict (host_id) do update set seen_at = excluded.seen_at, sequence = greatest(host_heartbeat.sequence, excluded.sequence)`,
    executor,
  );
  await noteData(executor, hostId, now);
  const returned = await execute(
    sql`update host set state = 'connected', state_reason = null where id = ${hostId} and state = 'unreachable'`,
    executor,
  );
  if (returned > 0) await saveIdentity(executor, "host", [hostId]);
}

/** Shows on the host why its last report was refused; the next accepted report clears it. */
export async function noteRefusal(executor: Executor, hostId: string, reason: string): Promise<void> {
  await execute(
    sql`update host set refused = ${JSON.stringify({ at: clock.now().toISOString(), reason })} where id = ${hostId}`,
    executor,
  );
}

/** Adds reports that an agent's bounded spool had to give up. */
export async function addDroppedReports(executor: Executor, hostId: string, dropped: number): Promise<void> {
  if (dropped > 0)
    await execute(sql`update host set dropped_reports = dropped_reports + ${dropped} where id = ${hostId}`, executor);
}

/** Takes the wish for a report, if there is one: the agent is told once. */
export async function takeReportRequest(executor: Executor, hostId: string): Promise<boolean> {
  return (
    (await execute(
      sql`update host set report_requested_at = null where id = ${hostId} and report_requested_at is not null`,
      executor,
    )) === 1
  );
}

/** Hosts whose agent has been silent for `factor` intervals and that are not marked so yet. */
export function silentHosts(
  executor: Executor,
  factor: number,
): Promise<{ id: string; name: string; seenAt: Date; isDemo: boolean }[]> {
  return selectRows(
    z.object({ id: z.string(), name: z.string(), seenAt: z.date(), isDemo: z.boolean() }),
    sql`select h.id, h.name, b.seen_at as "seenAt", h.is_demo as "isDemo" from host h join host_heartbeat b on b.host_id = h.id
         where h.removed_at is null and h.state <> 'unreachable' and h.approval = 'approved'
           and b.seen_at < now() - make_interval(secs => h.heartbeat_seconds * ${factor}::int)
         order by h.id limit 500`,
    executor,
  );
}

/** Marks a host as not reporting. */
export async function markSilent(executor: Executor, hostId: string, reason: string): Promise<void> {
  await execute(sql`update host set state = 'unreachable', state_reason = ${reason} where id = ${hostId}`, executor);
  await saveIdentity(executor, "host", [hostId]);
}

/** The further daemons of a machine, removed ones too: an admin who removed one does not want it back by itself. */
export function daemonsOf(
  executor: Executor,
  parentHostId: string,
): Promise<
  { id: string; socket: string; removedAt: Date | null; tokenId: string | null; nextTokenId: string | null }[]
> {
  return selectRows(
    z.object({
      id: z.string(),
      socket: z.string(),
      removedAt: z.date().nullable(),
      tokenId: z.string().nullable(),
      nextTokenId: z.string().nullable(),
    }),
    sql`select id, daemon_socket as socket, removed_at as "removedAt", token_id as "tokenId", next_token_id as "nextTokenId"
          from host where parent_host_id = ${parentHostId} order by created_at, id`,
    executor,
  );
}
