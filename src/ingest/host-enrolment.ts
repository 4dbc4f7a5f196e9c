import { AppError } from "#domain/app-error.ts";
import type { Actor } from "#domain/role.ts";
import { type HostEnrolled, HostEnrolment } from "#engines/cis-docker/facts.ts";
import { insertApiToken, takeTokenUse } from "#store/api-token.ts";
import { recordAudit } from "#store/audit.ts";
import { recordChange } from "#store/change.ts";
import { flagClone, hostsWithMachineId, insertHost, noteHeartbeat } from "#store/host.ts";
import { newId } from "#store/ids.ts";
import { transaction } from "#store/transaction.ts";
import { authenticateToken } from "./authenticate-token.ts";
import { clientAddress } from "./client-address.ts";
import { readCappedJson } from "./read-capped-body.ts";

const HEARTBEAT_SECONDS = 300;
const REPORT_SECONDS = 6 * 3600;

/**
 * Exchanges an enrolment token for a host's id and its agent's own token. The server gives the id; a machine id seen
 * before flags both hosts as clones instead of merging them. One use of the token is taken with the host, so that two at
 * once cannot both take the last. Throws AppError 401, 400.
 */
export async function enrolHost(request: Request): Promise<HostEnrolled> {
  const token = await authenticateToken(request.headers, "enrol");
  const parsed = HostEnrolment.safeParse(await readCappedJson(request, { maxBytes: 64 * 1024 }));
  if (!parsed.success) throw validation(parsed.error.issues);
  const enrolment = parsed.data;
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

/** The actor of what a token does by itself. */
export function tokenActor(token: { id: string; name: string }, request: Request): Actor {
  return { kind: "token", id: token.id, name: token.name, role: "viewer", address: clientAddress(request.headers) };
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
