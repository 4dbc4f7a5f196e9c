import { gzipSync } from "node:zlib";
import { clock } from "#clock.ts";
import { HostHeartbeat } from "#domain/agent-protocol.ts";
import { AppError } from "#domain/app-error.ts";
import { links } from "#domain/links.ts";
import { HostReport } from "#engines/cis-docker/facts.ts";
import { recordAudit } from "#store/audit.ts";
import { recordChange } from "#store/change.ts";
import {
  addDroppedReports,
  flagClone,
  type HostRow,
  noteHeartbeat,
  noteRefusal,
  takeReportRequest,
} from "#store/host/host.ts";
import { noteAgentVersion, saveReportedIdentity } from "#store/host/host-life.ts";
import { insertHostReport, reportsSince } from "#store/host/host-report.ts";
import { sha256 } from "#store/ids.ts";
import { enqueue } from "#store/queue/queue.ts";
import { type Transaction, transaction } from "#store/transaction.ts";
import { type AgentToken, hostOf, liveHost, tokenActor } from "./agent-host.ts";
import { authenticateToken } from "./authenticate-token.ts";
import { validation } from "./host-enrolment.ts";
import { readCappedJson } from "./read-capped-body.ts";

/** 8 MiB on the wire, 64 MiB unpacked: a host with 5,000 containers sends about 35 MB. */
const LIMITS = { maxBytes: 8 * 1024 * 1024, maxUnpackedBytes: 64 * 1024 * 1024 };
/** How many boots are remembered to tell a reboot from two machines that share one token. */
const REMEMBERED_BOOTS = 20;

export interface ReportAnswer {
  state: "accepted" | "unchanged";
  reportId: string | null;
  reportNow: boolean;
  /** An admin asked for another token: the agent exchanges the one it has. */
  rotateToken: boolean;
  /** Highest sequence seen of this host: an agent whose state was set back (a restored machine) counts on from there. */
  lastSequence: number;
  href: string;
}

/**
 * Takes a host's report: proves the token, caps and parses the body, stores it once and, in the same transaction, the job
 * that assesses it. The very same report again counts as a sign of life only. The subject comes from the token: a report
 * that names another host is 403 and audited. A report that cannot be taken is shown on the host.
 */
export async function ingestHostReport(request: Request): Promise<ReportAnswer> {
  const token = await authenticateToken(request.headers, "agent");
  const hostId = hostOf(token);
  const report = await readReport(request, hostId);
  await requireOwnHost({ token, hostId, named: report.hostId, request, what: "report" });
  const content = JSON.stringify(report.evidence);
  const contentSha256 = sha256(content);
  const body = gzipSync(JSON.stringify(report));
  const collectedAt = believableTime(report.collectedAt);
  return transaction(async (tx) => {
    const host = await liveHost(tx, hostId, token.id);
    await requireRate(tx, hostId);
    const sequence = believableSequence(report.sequence, host.lastSequence);
    // New content under an old number is never assessed over newer reports; the agent is asked for one with a new number.
    const isOld = sequence <= host.lastSequence;
    const reportId = await insertHostReport(tx, {
      hostId,
      sequence,
      contentSha256,
      body,
      sizeBytes: content.length,
      collectedAt,
      agentVersion: report.agentVersion,
      ...(isOld
        ? { superseded: `Report ${host.lastSequence} of this host came before this one with number ${sequence}.` }
        : {}),
    });
    await noteHeartbeat(tx, hostId, sequence > host.lastSequence ? sequence : host.lastSequence);
    const isRequested = await takeReportRequest(tx, hostId);
    const isSetBack = reportId !== null && isOld;
    const answer = {
      reportNow: isRequested || isSetBack,
      rotateToken: host.rotateRequestedAt !== null,
      lastSequence: Number(sequence > host.lastSequence ? sequence : host.lastSequence),
      href: links.host(hostId),
    };
    if (reportId === null) return { state: "unchanged", reportId: null, ...answer };
    await noteIdentity(tx, host, report);
    if (host.approval === "approved" && !isOld)
      await enqueue("assess-host", { hostId, reportId }, { executor: tx, priority: "push", key: hostId });
    await recordChange(tx, "containers", `host:${hostId}`);
    return { state: "accepted", reportId, ...answer };
  });
}

/** Reports that a host may send within a minute: an agent's own ceiling of changes makes some 15. */
const REPORTS_PER_MINUTE = 30;

async function requireRate(tx: Transaction, hostId: string): Promise<void> {
  const recent = await reportsSince(tx, hostId, new Date(clock.now().getTime() - 60_000));
  if (recent >= REPORTS_PER_MINUTE)
    throw new AppError("rate-limited", `This host sent ${recent} reports within a minute. Wait before the next one.`, {
      retryAfterSeconds: 30,
    });
}

/** Numbers that an agent may skip at once: each report that it dropped takes one. */
const MOST_SKIPPED = 1_000_000n;

/** A number far ahead of the last would shut out every honest report that follows. Throws `validation-failed`. */
function believableSequence(sequence: number, last: bigint): bigint {
  const number = BigInt(sequence);
  if (number <= last + MOST_SKIPPED) return number;
  throw new AppError("validation-failed", `Report ${number} is far ahead of ${last}, the last one of this host.`, {
    faults: [{ pointer: "/sequence", detail: `must follow ${last}` }],
  });
}

/** A clock that is ahead does not date a report into the future: from five minutes on the time of arrival counts. */
function believableTime(collectedAt: string): Date {
  const now = clock.now();
  const said = new Date(collectedAt);
  return said.getTime() > now.getTime() + 5 * 60_000 ? now : said;
}

/** Takes a sign of life. Answers whether a person asked for a fresh report or for another token meanwhile. */
export async function ingestHostHeartbeat(request: Request): Promise<{ reportNow: boolean; rotateToken: boolean }> {
  const token = await authenticateToken(request.headers, "agent");
  const hostId = hostOf(token);
  const parsed = HostHeartbeat.safeParse(await readCappedJson(request, { maxBytes: 16 * 1024 }));
  if (!parsed.success) throw validation(parsed.error.issues);
  await requireOwnHost({ token, hostId, named: parsed.data.hostId, request, what: "heartbeat" });
  return transaction(async (tx) => {
    const host = await liveHost(tx, hostId, token.id);
    await noteHeartbeat(tx, hostId, host.lastSequence);
    await addDroppedReports(tx, hostId, parsed.data.dropped);
    await noteAgentVersion(tx, hostId, parsed.data.agentVersion);
    return {
      reportNow: await takeReportRequest(tx, hostId),
      rotateToken: host.rotateRequestedAt !== null,
    };
  });
}

async function readReport(request: Request, hostId: string): Promise<HostReport> {
  try {
    const parsed = HostReport.safeParse(await readCappedJson(request, LIMITS));
    if (!parsed.success) throw validation(parsed.error.issues);
    return parsed.data;
  } catch (error) {
    if (error instanceof AppError) {
      const reason =
        error.code === "too-large"
          ? "The last report was larger than 64 MiB unpacked (8 MiB packed) and was refused."
          : `The last report was refused: ${error.message}`;
      await transaction(async (tx) => {
        await noteRefusal(tx, hostId, reason);
        await recordChange(tx, `host:${hostId}`);
      });
    }
    throw error;
  }
}

async function requireOwnHost({
  token,
  hostId,
  named,
  request,
  what,
}: {
  token: AgentToken;
  hostId: string;
  named: string;
  request: Request;
  what: string;
}): Promise<void> {
  if (named === hostId) return;
  await transaction((tx) =>
    recordAudit(tx, tokenActor(token, request), {
      action: `host.${what}`,
      outcome: "refused",
      target: { kind: "host", id: hostId },
      after: { named, reason: "the body names another host than the token" },
    }),
  );
  throw new AppError("forbidden", `This token speaks for host ${hostId}, but the ${what} names ${named}.`);
}

/**
 * Keeps what the agent says of itself. A boot that comes back after another one means that two machines use one token: a
 * reboot never brings an old boot id back.
 */
async function noteIdentity(tx: Transaction, host: HostRow, report: HostReport): Promise<void> {
  const skew = Math.round((clock.now().getTime() - Date.parse(report.collectedAt)) / 1000);
  const bootId = report.bootId ?? null;
  const returns = bootId !== null && bootId !== host.bootId && host.seenBootIds.includes(bootId);
  const isOtherMachine = Boolean(
    report.machineIdHash && host.machineIdHash && report.machineIdHash !== host.machineIdHash,
  );
  if (returns) await flagClone(tx, host.id, "Reports of two running machines arrive with the token of this host.");
  if (isOtherMachine) await flagClone(tx, host.id, "A report came from a machine with another machine id.");
  const boots =
    bootId === null || host.seenBootIds.includes(bootId)
      ? host.seenBootIds
      : [...host.seenBootIds, bootId].slice(-REMEMBERED_BOOTS);
  await saveReportedIdentity(tx, host.id, {
    hostname: report.hostname,
    agentVersion: report.agentVersion,
    machineIdHash: report.machineIdHash ?? null,
    bootId,
    seenBootIds: boots,
    clockSkewSeconds: Math.max(-2_000_000_000, Math.min(2_000_000_000, skew)),
    sequence: BigInt(report.sequence),
  });
}
