import { deleteNoticesOf } from "#store/notice/notice.ts";
import { saveIdentity } from "#store/resource-summary.ts";
import { type Executor, execute, sql } from "#store/sql.ts";

/** What people say about a host. */
export interface HostDetails {
  name: string;
  owner: string | null;
  environment: string | null;
  assessManaged: boolean;
  policy: unknown;
  clearCloneFlag: boolean;
}

/** Changes what people say about a host, on it and on its row of the Containers list. */
export async function saveHostDetails(executor: Executor, hostId: string, to: HostDetails): Promise<void> {
  await execute(
    sql`update host set name = ${to.name}, owner = ${to.owner}, environment = ${to.environment}, assess_managed = ${to.assessManaged},
          policy = ${to.policy === null || to.policy === undefined ? null : JSON.stringify(to.policy)},
          clone_of = case when ${to.clearCloneFlag}::boolean then null else clone_of end,
          clone_reason = case when ${to.clearCloneFlag}::boolean then null else clone_reason end where id = ${hostId}`,
    executor,
  );
  await saveIdentity(executor, "host", [hostId]);
}

/** Lets hosts in that waited for it. */
export async function approveHosts(executor: Executor, hostIds: readonly string[]): Promise<void> {
  await execute(
    sql`update host set approval = 'approved', state_reason = null where id = any(${hostIds}::uuid[]) and approval <> 'approved'`,
    executor,
  );
  await saveIdentity(executor, "host", hostIds);
}

/** Takes hosts out of every list; their rows stay for the history. */
export async function removeHosts(executor: Executor, hostIds: readonly string[]): Promise<void> {
  await execute(sql`update host set removed_at = clock_timestamp() where id = any(${hostIds}::uuid[])`, executor);
  await saveIdentity(executor, "host", hostIds);
  await deleteNoticesOf(executor, hostIds);
}

/** Asks the agent for a fresh report; it is told with its next sign of life. */
export async function wishReport(executor: Executor, hostId: string): Promise<void> {
  await execute(sql`update host set report_requested_at = clock_timestamp() where id = ${hostId}`, executor);
}

/** Asks the agent to exchange its token; asking twice is asking once. */
export async function wishTokenRotation(executor: Executor, hostId: string): Promise<void> {
  await execute(
    sql`update host set rotate_requested_at = coalesce(rotate_requested_at, clock_timestamp()) where id = ${hostId}`,
    executor,
  );
}

/** Keeps the token that takes over at its first use. */
export async function handOutToken(executor: Executor, hostId: string, tokenId: string): Promise<void> {
  await execute(sql`update host set next_token_id = ${tokenId} where id = ${hostId}`, executor);
}

/** The token that was handed out is in use: the exchange that was asked for is over. */
export async function takeOverToken(executor: Executor, hostId: string, tokenId: string): Promise<void> {
  await execute(
    sql`update host set token_id = ${tokenId}, next_token_id = null, rotate_requested_at = null, token_rotated_at = clock_timestamp()
         where id = ${hostId}`,
    executor,
  );
}

/** Binds another token to a host that enrolled again. */
export async function replaceToken(executor: Executor, hostId: string, tokenId: string): Promise<void> {
  await execute(sql`update host set token_id = ${tokenId}, next_token_id = null where id = ${hostId}`, executor);
}

/** Keeps which version of the agent speaks. */
export async function noteAgentVersion(executor: Executor, hostId: string, version: string): Promise<void> {
  await execute(
    sql`update host set agent_version = ${version} where id = ${hostId} and agent_version is distinct from ${version}`,
    executor,
  );
}

/** What an agent says of itself with a report. */
export interface ReportedIdentity {
  hostname: string;
  agentVersion: string;
  machineIdHash: string | null;
  bootId: string | null;
  seenBootIds: readonly string[];
  clockSkewSeconds: number;
  sequence: bigint;
}

/** Keeps what an agent says of itself. A report that was taken clears the refusal of an earlier one. */
export async function saveReportedIdentity(executor: Executor, hostId: string, said: ReportedIdentity): Promise<void> {
  await execute(
    sql`update host set hostname = ${said.hostname}, agent_version = ${said.agentVersion}, boot_id = ${said.bootId},
          seen_boot_ids = ${said.seenBootIds}::text[], clock_skew_seconds = ${said.clockSkewSeconds},
          last_sequence = greatest(last_sequence, ${said.sequence}), refused = null,
          machine_id_hash = coalesce(machine_id_hash, ${said.machineIdHash}) where id = ${hostId}`,
    executor,
  );
}
