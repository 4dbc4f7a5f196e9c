import path from "node:path";
import { gzipSync } from "node:zlib";
import { readEvidence } from "#cli/audit-evidence.ts";
import type { HostEvidence } from "#engines/cis-docker/facts.ts";
import { insertApiToken } from "#store/account/api-token.ts";
import { readBlobs } from "#store/blob.ts";
import { pool } from "#store/client.ts";
import { insertHost, noteHeartbeat } from "#store/host/host.ts";
import { insertHostReport, pendingReports } from "#store/host/host-report.ts";
import { newId, sha256 } from "#store/ids.ts";
import { transaction } from "#store/transaction.ts";
import { assessReport } from "#worker/assess-report.ts";

let sequence = 0;

/** The evidence of a recorded host. */
export const recordedEvidence = () => readEvidence(path.resolve("tests/fixtures/cis/host-a"));

/** An enrolled host without a report. */
export async function enrolledHost(hostname: string, approval: "approved" | "pending" = "approved"): Promise<string> {
  const id = newId();
  await transaction(async (tx) => {
    const enrolment = await insertApiToken(tx, { kind: "enrol", name: hostname, usesLeft: 1 });
    const agent = await insertApiToken(tx, { kind: "agent", name: hostname, scope: { kind: "host", id } });
    const tokens = { tokenId: agent.id, enrolTokenId: enrolment.id };
    const machine = { machineIdHash: null, bootId: null, agentVersion: "0.1.0", cloneOf: null };
    await insertHost(tx, { id, hostname, approval, ...tokens, ...machine });
    await noteHeartbeat(tx, id, 0n);
  });
  return id;
}

/** Stores a report of a host; it waits for `assessWaiting`. Returns its id. */
export async function storeReport(hostId: string, evidence: HostEvidence): Promise<string> {
  sequence += 1;
  const collectedAt = new Date(Date.UTC(2026, 10, 20) + sequence * 60_000);
  const frame = { schemaVersion: 1, hostId, hostname: "host-a", agentVersion: "0.1.0", sequence };
  const body = gzipSync(JSON.stringify({ ...frame, collectedAt: collectedAt.toISOString(), evidence }));
  const id = await transaction((tx) =>
    insertHostReport(tx, {
      hostId,
      sequence: BigInt(sequence),
      contentSha256: sha256(`${sequence}`),
      body,
      sizeBytes: body.length,
      collectedAt,
      agentVersion: "0.1.0",
    }),
  );
  if (!id) throw new Error("this report was stored before");
  return id;
}

/** Does what the job assess-host does with a host's waiting reports. Returns how many there were. */
export async function assessWaiting(
  hostId: string,
  now = new Date(Date.UTC(2026, 10, 21) + sequence * 60_000),
): Promise<number> {
  const waiting = await pendingReports(pool(), hostId);
  for (const report of waiting) {
    const digest = report.bodySha256 ?? new Uint8Array();
    const body = (await readBlobs([digest])).get(Buffer.from(digest).toString("hex"));
    if (!body) throw new Error("the body of a waiting report is gone");
    await assessReport(hostId, { report, body, now });
  }
  return waiting.length;
}

/** A host whose report was assessed. */
export async function assessedHost(hostname: string, evidence: HostEvidence): Promise<string> {
  const id = await enrolledHost(hostname);
  await storeReport(id, evidence);
  await assessWaiting(id);
  return id;
}
