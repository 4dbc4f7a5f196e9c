import { createHash } from "node:crypto";
import { gzipSync } from "node:zlib";
import { HostEvidence, type HostReport, isFailed, SCHEMA_VERSION } from "#engines/cis-docker/facts.ts";
import type { CollectedEvidence } from "./collect/collect.ts";
import { AGENT_VERSION } from "./settings.ts";

export interface ReportFrame {
  hostId: string;
  sequence: number;
  collectedAt: Date;
  bootId: string | null;
  machineIdHash: string | null;
  hostname: string;
}

/**
 * A report of `raw` evidence. Passing the wire schema drops every field that no control reads, so that nothing else leaves
 * the host. Throws when the engine's answers have a form that this agent does not understand.
 */
export function buildReport(raw: CollectedEvidence, frame: ReportFrame): HostReport {
  const parsed = HostEvidence.safeParse(raw);
  if (!parsed.success) {
    const issue = parsed.error.issues[0];
    throw new Error(
      `The engine's answer has a form this agent does not know, at ${issue?.path.join(".")}: ${issue?.message}`,
    );
  }
  return {
    schemaVersion: SCHEMA_VERSION,
    agentVersion: AGENT_VERSION,
    ...frame,
    collectedAt: frame.collectedAt.toISOString(),
    evidence: parsed.data,
  };
}

/** Gzip of a report as it travels. */
export function packReport(report: HostReport): Buffer {
  return gzipSync(JSON.stringify(report), { level: 6 });
}

/**
 * Digest of what a report says, without what changes by itself: running times, process ids of `top`, statistics. Equal
 * digests mean that a new report would tell nothing new.
 */
export function fingerprint(report: HostReport): string {
  const { containersTop, containersList, execObservations, host, ...rest } = report.evidence;
  const programs =
    containersTop && !isFailed(containersTop)
      ? Object.entries(containersTop).map(([name, top]) => [
          name,
          isFailed(top) ? top : (top.Processes ?? []).map((row) => row.at(-1)).sort(),
        ])
      : containersTop;
  const states = Array.isArray(containersList)
    ? containersList.map(({ Status, ...summary }) => summary)
    : containersList;
  const stable = {
    ...rest,
    programs,
    states,
    execs: execObservations?.execs ?? [],
    host: host && !isFailed(host) ? stableHost(host) : host,
  };
  return createHash("sha256").update(JSON.stringify(stable)).digest("hex");
}

function stableHost<Host extends { processes?: unknown; listening?: unknown; containerProcesses?: unknown }>(
  host: Host,
): object {
  const { containerProcesses, ...rest } = host;
  return rest;
}
