// Reports of 2,000 Docker hosts: a built web server and a worker of this tree on a database that syncs to disk. Every host
// enrols with the agent's own client and sends a recorded report of 11 containers; then each sends a second one in which a
// container has changed, while the worker assesses. The largest report that hosts may send comes last, alone.
import type { ChildProcess } from "node:child_process";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { buildReport, packReport } from "../src/agent/report.ts";
import { ServerClient } from "../src/agent/server-client.ts";
import { readEvidence } from "../src/cli/audit-evidence.ts";
import { type HostEvidence, HostEvidence as HostEvidenceSchema } from "../src/engines/cis-docker/facts.ts";
import type { BenchResult } from "./bench-result.ts";
import { openBenchDatabase } from "./estate.ts";
import { cpuSeconds, endProcess, peakMemory, startWeb, startWorker } from "./portal-processes.ts";

export const title = "ingest and assessment of 2,000 Docker hosts";

const HOSTS = Number(process.env.BENCH_HOSTS ?? 2000);
/** Requests under way at once. */
const PARALLEL = 16;
const LARGEST = 5000;
const port = 3791;
const server = `http://127.0.0.1:${port}`;

interface Portal {
  web: ChildProcess;
  worker: ChildProcess;
}
interface Host {
  index: number;
  hostId: string;
  token: string;
}

export async function run(): Promise<BenchResult[]> {
  const database = await openBenchDatabase({ durable: true });
  const portal: Partial<Portal> = {};
  try {
    portal.worker = await startWorker(database.folder);
    portal.web = await startWeb(port);
    const { web, worker } = { web: portal.web, worker: portal.worker };
    const evidence = await readEvidence(path.resolve(import.meta.dirname, "../tests/fixtures/cis/host-a"));
    const hosts = await enrolAll();
    const results = [
      ...(await reportAll({ web, worker }, { name: `first report of ${HOSTS} hosts`, hosts, evidence, sequence: 1 })),
      ...(await reportAll({ web, worker }, { name: `a change on ${HOSTS} hosts`, hosts, evidence, sequence: 2 })),
      ...memory({ web, worker }, `${HOSTS} hosts`),
      ...(await largest({ web, worker }, { host: hosts[0], evidence })),
    ];
    return results;
  } finally {
    if (portal.web) await endProcess(portal.web);
    if (portal.worker) await endProcess(portal.worker);
    await database.stop();
  }
}

async function enrolAll(): Promise<Host[]> {
  const { createEnrolment } = await import("#commands/create-enrolment.ts");
  const actor = { kind: "system", id: "bench", name: "Bench", role: "admin" } as const;
  const { token } = await createEnrolment(actor, { uses: Math.max(2, HOSTS) });
  const hosts: Host[] = [];
  await inParallel(HOSTS, async (index) => {
    const who = { hostname: `host-${index}.example`, machineIdHash: null, bootId: null, agentVersion: "0.1.0" };
    const enrolled = await new ServerClient(server, null).enrol(token, who);
    hosts[index] = { index, hostId: enrolled.hostId, token: enrolled.token };
  });
  return hosts;
}

interface Round {
  name: string;
  hosts: Host[];
  evidence: HostEvidence;
  sequence: number;
}

/** Sends one report of each host and waits until the worker has assessed them all. */
async function reportAll(portal: Portal, { name, hosts, evidence, sequence }: Round): Promise<BenchResult[]> {
  const changed = sequence === 1 ? evidence : withOneMorePrivileged(evidence);
  const packed = hosts.map((host) => pack(changed, { host, sequence }));
  const before = { web: cpuSeconds(portal.web), worker: cpuSeconds(portal.worker) };
  const times: number[] = [];
  const start = performance.now();
  await inParallel(hosts.length, async (index) => {
    const at = performance.now();
    await new ServerClient(server, null).report(hosts[index]?.token ?? "", packed[index] ?? Buffer.alloc(0));
    times.push(performance.now() - at);
  });
  const accepted = (performance.now() - start) / 1000;
  await untilAssessed();
  const assessed = (performance.now() - start) / 1000;
  const perReport = (from: number, to: number) => ((to - from) * 1000) / hosts.length;
  const bytes = packed.reduce((sum, body) => sum + body.length, 0) / packed.length;
  const note = `${PARALLEL} at once, ${Math.round(bytes / 1024)} KiB packed each; client, web, worker and database share the cores`;
  return [
    { name, metric: "accepted", value: hosts.length / accepted, unit: "reports/s", note },
    { name, metric: "acceptance p95", value: percentile(times, 0.95), unit: "ms", note },
    { name, metric: "assessed", value: hosts.length / assessed, unit: "reports/s", note },
    { name, metric: "web CPU per report", value: perReport(before.web, cpuSeconds(portal.web)), unit: "ms" },
    { name, metric: "worker CPU per report", value: perReport(before.worker, cpuSeconds(portal.worker)), unit: "ms" },
  ];
}

function memory(portal: Portal, name: string): BenchResult[] {
  return [
    { name, metric: "web peak memory", value: peakMemory(portal.web), unit: "MiB" },
    { name, metric: "worker peak memory", value: peakMemory(portal.worker), unit: "MiB" },
  ];
}

/** One report of 5,000 containers, about 35 MB unpacked. */
async function largest(
  portal: Portal,
  { host, evidence }: { host: Host | undefined; evidence: HostEvidence },
): Promise<BenchResult[]> {
  if (!host) return [];
  const grown = grow(evidence);
  const body = pack(grown, { host, sequence: 3 });
  const megabytes = Math.round(JSON.stringify(grown).length / 1e6);
  const name = `a report of ${LARGEST} containers`;
  const note = `${megabytes} MB unpacked, ${(body.length / 1e6).toFixed(1)} MB packed`;
  const start = performance.now();
  await new ServerClient(server, null).report(host.token, body);
  const accepted = performance.now() - start;
  await untilAssessed();
  const assessed = performance.now() - start;
  return [
    { name, metric: "accepted after", value: accepted, unit: "ms", note },
    { name, metric: "assessed after", value: assessed, unit: "ms", note },
    ...memory(portal, name),
  ];
}

function pack(evidence: HostEvidence, { host, sequence }: { host: Host; sequence: number }): Buffer {
  const hostname = `host-${host.index}.example`;
  const frame = { hostId: host.hostId, sequence, collectedAt: new Date(), bootId: null, machineIdHash: null, hostname };
  return packReport(buildReport(evidence, frame));
}

function withOneMorePrivileged(evidence: HostEvidence): HostEvidence {
  const changed = inspectedOf(evidence).map((container) =>
    "Name" in container && container.Name === "/a-hard"
      ? { ...container, HostConfig: { ...container.HostConfig, Privileged: true } }
      : container,
  );
  return { ...evidence, containersInspect: changed };
}

function grow(evidence: HostEvidence): HostEvidence {
  const containers = inspectedOf(evidence).filter((container) => "Name" in container);
  const grown = Array.from({ length: LARGEST }, (_, index) => ({
    ...containers[index % containers.length],
    Id: index.toString(16).padStart(64, "0"),
    Name: `/service-${index}`,
  }));
  return HostEvidenceSchema.parse({ ...evidence, containersInspect: grown });
}

function inspectedOf(evidence: HostEvidence) {
  const inspected = evidence.containersInspect;
  if (!Array.isArray(inspected)) throw new Error("the recorded evidence has no containers");
  return inspected;
}

/** Waits until no report waits for its assessment. Throws when one failed or nothing moves for a minute. */
async function untilAssessed(): Promise<void> {
  const { pool } = await import("#store/client.ts");
  let last = Number.NaN;
  for (let stuck = 0; stuck < 1200; stuck += 1) {
    const { rows } = await pool().query<{ waiting: number; failed: number }>(
      "select count(*) filter (where state = 'accepted')::int as waiting, count(*) filter (where state = 'failed')::int as failed from host_report",
    );
    const { waiting = 0, failed = 0 } = rows[0] ?? {};
    if (failed > 0) throw new Error(`${failed} reports could not be assessed`);
    if (waiting === 0) return;
    if (waiting !== last) stuck = 0;
    last = waiting;
    await sleep(50);
  }
  throw new Error(`${last} reports wait and nothing moves`);
}

async function inParallel(count: number, work: (index: number) => Promise<void>): Promise<void> {
  let next = 0;
  const worker = async () => {
    for (let index = next++; index < count; index = next++) await work(index);
  };
  await Promise.all(Array.from({ length: PARALLEL }, worker));
}

function percentile(values: number[], share: number): number {
  const sorted = values.toSorted((left, right) => left - right);
  return sorted[Math.min(sorted.length - 1, Math.ceil(sorted.length * share) - 1)] ?? Number.NaN;
}
