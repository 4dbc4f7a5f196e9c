import { type HostEnrolled, HostEnrolment } from "#domain/agent-protocol.ts";
import { AppError } from "#domain/app-error.ts";
import { insertApiToken, takeTokenUse } from "#store/account/api-token.ts";
import { recordAudit } from "#store/audit.ts";
import { recordChange } from "#store/change.ts";
import { flagClone, hostsWithMachineId, insertHost, noteHeartbeat } from "#store/host/host.ts";
import { newId } from "#store/ids.ts";
import { transaction } from "#store/transaction.ts";
import { HEARTBEAT_SECONDS, REPORT_SECONDS, tokenActor } from "./agent-host.ts";
import { authenticateToken, tokenFromHeaders } from "./authenticate-token.ts";
import { enrolDaemon } from "./daemon-enrolment.ts";
import { readCappedJson } from "./read-capped-body.ts";

/**
 * Exchanges an enrolment token for a host's id and its agent's own token. The server gives the id; a machine id seen
 * before flags both hosts as clones instead of merging them. One use of the token is taken with the host, so that two at
 * once cannot both take the last. An agent that names a further daemon of its machine proves itself with its own token
 * instead. Throws AppError 401, 400, and for daemons 403, 409, 410.
 */
export async function enrolHost(request: Request): Promise<HostEnrolled> {
  const isAgent = tokenFromHeaders(request.headers)?.startsWith("bw_agent_") ?? false;
  const token = await authenticateToken(request.headers, isAgent ? "agent" : "enrol");
  const body: unknown = await readCappedJson(request, { maxBytes: 64 * 1024 });
  // Before anything else is said about the body: each kind of token is good for one thing here.
  if (isAgent !== namesDaemon(body)) {
    throw new AppError(
      "unauthenticated",
      isAgent
        ? "A machine is enrolled with an enrolment token. Create one on the page Connect, Docker host."
        : "A further engine of a machine is enrolled with the token of the machine's agent.",
    );
  }
  const parsed = HostEnrolment.safeParse(body);
  if (!parsed.success) throw validation(parsed.error.issues);
  const enrolment = parsed.data;
  if (enrolment.daemon) return enrolDaemon({ token, enrolment, daemon: enrolment.daemon, request });
  const id = newId();
  return transaction(async (tx) => {
    if (!(await takeTokenUse(tx, token.id))) {
      throw new AppError(
        "unauthenticated",
        "This enrolment token has been used up. Create a new one on the page Connect, Docker host.",
      );
    }
    const twins = enrolment.machineIdHash ? await hostsWithMachineId(tx, enrolment.machineIdHash) : [];
    const agent = await insertApiToken(tx, {
      kind: "agent",
      name: `Agent of ${enrolment.hostname}`,
      scope: { kind: "host", id },
      createdBy: token.createdBy,
      expiresAt: null,
    });
    await insertHost(tx, {
      id,
      hostname: enrolment.hostname,
      machineIdHash: enrolment.machineIdHash ?? null,
      bootId: enrolment.bootId ?? null,
      agentVersion: enrolment.agentVersion,
      approval: token.scopeKind === "enrolment" && token.scopeId === "approve" ? "pending" : "approved",
      tokenId: agent.id,
      enrolTokenId: token.id,
      cloneOf: twins[0]?.id ?? null,
    });
    for (const twin of twins)
      await flagClone(tx, twin.id, `${enrolment.hostname} was enrolled with the same machine id.`, id);
    await noteHeartbeat(tx, id, 0n);
    await recordAudit(tx, tokenActor(token, request), {
      action: "host.enrol",
      target: { kind: "host", id, name: enrolment.hostname },
      after: { agentVersion: enrolment.agentVersion, cloneOf: twins[0]?.id ?? null },
    });
    await recordChange(tx, "containers", `host:${id}`);
    return { hostId: id, token: agent.token, heartbeatSeconds: HEARTBEAT_SECONDS, reportSeconds: REPORT_SECONDS };
  });
}

function namesDaemon(body: unknown): boolean {
  return typeof body === "object" && body !== null && "daemon" in body && Boolean(body.daemon);
}

/** The first faults of a body, each with its pointer. */
export function validation(issues: readonly { path: PropertyKey[]; message: string }[]): AppError {
  const faults = issues
    .slice(0, 20)
    .map((issue) => ({ pointer: `/${issue.path.map(String).join("/")}`, detail: issue.message }));
  return new AppError("validation-failed", `The body is not usable: ${faults[0]?.pointer} ${faults[0]?.detail}.`, {
    faults,
  });
}
