import type { HostDaemon, HostEnrolled, HostEnrolment } from "#domain/agent-protocol.ts";
import { AppError } from "#domain/app-error.ts";
import { insertApiToken, revokeApiToken } from "#store/account/api-token.ts";
import { recordAudit } from "#store/audit.ts";
import { recordChange } from "#store/change.ts";
import { daemonsOf, type HostRow, insertHost, noteHeartbeat } from "#store/host/host.ts";
import { replaceToken } from "#store/host/host-life.ts";
import { newId } from "#store/ids.ts";
import { type Transaction, transaction } from "#store/transaction.ts";
import { type AgentToken, HEARTBEAT_SECONDS, hostOf, liveHost, REPORT_SECONDS, tokenActor } from "./agent-host.ts";

/** What one machine may add to its first daemon: far more than people run, few enough for an agent that lies. */
export const MOST_DAEMONS = 16;

export interface DaemonEnrolment {
  token: AgentToken;
  enrolment: HostEnrolment;
  daemon: HostDaemon;
  request: Request;
}

/**
 * Adds one more daemon of a machine as a host of its own, proven by the token of the machine's first daemon, from which it
 * takes approval, owner and environment. Asking again for the same socket answers the same host with a new token and ends
 * the old one. Throws AppError 403 for the token of a further daemon, 410 when an admin removed that daemon, 409 over the
 * limit.
 */
export function enrolDaemon({ token, enrolment, daemon, request }: DaemonEnrolment): Promise<HostEnrolled> {
  return transaction(async (tx) => {
    const parent = await liveHost(tx, hostOf(token), token.id);
    if (parent.parentHostId)
      throw new AppError("forbidden", "Only the token of a machine's first engine may add further engines.");
    const known = await daemonsOf(tx, parent.id);
    const same = known.find(({ socket }) => socket === daemon.socket);
    if (same?.removedAt)
      throw new AppError(
        "gone",
        `The engine at ${daemon.socket} was removed from Breakwater. To have it back, enrol this machine again.`,
      );
    if (!same && known.filter(({ removedAt }) => removedAt === null).length >= MOST_DAEMONS)
      throw new AppError("conflict", `A machine has at most ${MOST_DAEMONS} engines beside its first one.`);
    const id = same?.id ?? newId();
    for (const old of [same?.tokenId, same?.nextTokenId]) if (old) await revokeApiToken(tx, old);
    const name = daemonName(enrolment.hostname, daemon);
    const agent = await insertApiToken(tx, {
      kind: "agent",
      name: `Agent of ${name}`,
      scope: { kind: "host", id },
      createdBy: token.createdBy,
      expiresAt: null,
    });
    if (same) await replaceToken(tx, id, agent.id);
    else await addDaemon(tx, { id, name, tokenId: agent.id, parent, enrolment, daemon });
    await recordAudit(tx, tokenActor(token, request), {
      action: same ? "host.enrol-again" : "host.enrol",
      target: { kind: "host", id, name },
      after: { agentVersion: enrolment.agentVersion, parentHostId: parent.id, socket: daemon.socket },
    });
    await recordChange(tx, "containers", `host:${id}`, `host:${parent.id}`);
    return { hostId: id, token: agent.token, heartbeatSeconds: HEARTBEAT_SECONDS, reportSeconds: REPORT_SECONDS };
  });
}

interface NewDaemon {
  id: string;
  name: string;
  tokenId: string;
  parent: HostRow;
  enrolment: HostEnrolment;
  daemon: HostDaemon;
}

async function addDaemon(tx: Transaction, { id, name, tokenId, parent, enrolment, daemon }: NewDaemon): Promise<void> {
  await insertHost(tx, {
    id,
    hostname: enrolment.hostname,
    machineIdHash: enrolment.machineIdHash ?? null,
    bootId: enrolment.bootId ?? null,
    agentVersion: enrolment.agentVersion,
    approval: parent.approval,
    tokenId,
    // Proven by an agent's token: no enrolment token takes part.
    enrolTokenId: null,
    cloneOf: null,
    daemon: {
      parentHostId: parent.id,
      socket: daemon.socket,
      user: daemon.user,
      name,
      owner: parent.owner,
      environment: parent.environment,
    },
  });
  await noteHeartbeat(tx, id, 0n);
}

/** `web-01 (rootless alice)`, `web-01 (podman)`, `web-01 (/run/ci/docker.sock)`: what tells it from its siblings. */
export function daemonName(hostname: string, { socket, user }: HostDaemon): string {
  const isPodman = /podman/.test(socket);
  if (user !== null) return `${hostname} (${isPodman ? "podman" : "rootless"} ${user})`;
  return `${hostname} (${isPodman ? "podman" : socket})`;
}
