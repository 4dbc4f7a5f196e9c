// The CIS Docker engine: evaluation of 1,000 containers, collection and evaluation on a real dockerd (DOCKER_HOST) beside
// docker-bench-security when DOCKER_BENCH names a checkout, and the report path: gzip, parsing and evaluating the reports of
// 2,000 simulated hosts, which is what the server's processors do for each.
import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import path from "node:path";
import { gunzipSync, gzipSync } from "node:zlib";
import { collectEvidence } from "../src/agent/collect/collect.ts";
import { assess, toAssessments } from "../src/engines/cis-docker/assess.ts";
import { example } from "../src/engines/cis-docker/example.ts";
import { HostEvidence } from "../src/engines/cis-docker/facts.ts";
import type { BenchResult } from "./bench-result.ts";

export const title = "CIS Docker: evaluation, collection, reports";

const now = new Date("2026-11-20T12:00:00Z");
const ROUNDS = 15;

export async function run(): Promise<BenchResult[]> {
  return [...evaluation(), ...reports(), ...(await collection())];
}

function evaluation(): BenchResult[] {
  const evidence = hostOf(1000);
  const times = Array.from({ length: ROUNDS }, () => timed(() => assess(evidence, { now })));
  return [{ name: "evaluate 1,000 containers", metric: "time", value: median(times), unit: "ms", limit: 100 }];
}

/** Two thousand hosts of ten containers each; no two reports are the same. */
function reports(): BenchResult[] {
  const base = hostOf(10);
  const packed = Array.from({ length: 2000 }, (_, index) =>
    gzipSync(JSON.stringify({ ...base, host: { ...base.host, hostname: `host-${index}` } }), { level: 1 }),
  );
  const times = packed.map((body) =>
    timed(() => {
      const evidence = HostEvidence.parse(JSON.parse(gunzipSync(body).toString("utf8")));
      return toAssessments(assess(evidence, { now }), "0198c0de-0000-7000-8000-00000000abcd");
    }),
  );
  const total = times.reduce((sum, time) => sum + time, 0);
  const sorted = times.toSorted((left, right) => left - right);
  const memory = process.memoryUsage().rss / 2 ** 20;
  return [
    {
      name: "reports of 2,000 hosts",
      metric: "rate",
      value: 2_000_000 / total,
      unit: "reports/s",
      note: "unpack, parse, evaluate; without the database",
    },
    { name: "reports of 2,000 hosts", metric: "p95", value: sorted[Math.floor(sorted.length * 0.95)] ?? 0, unit: "ms" },
    { name: "reports of 2,000 hosts", metric: "memory", value: memory, unit: "MiB" },
  ];
}

async function collection(): Promise<BenchResult[]> {
  const socketPath = (process.env.DOCKER_HOST ?? "unix:///var/run/docker.sock").replace("unix://", "");
  if (!existsSync(socketPath)) {
    console.log("DOCKER_HOST names no socket that exists: nothing is collected.");
    return [];
  }
  const times: number[] = [];
  let containers = 0;
  for (let round = 0; round < 5; round += 1) {
    const start = performance.now();
    const evidence = HostEvidence.parse(await collectEvidence({ socketPath }));
    const result = assess(evidence, { now: new Date() });
    times.push(performance.now() - start);
    containers = result.facts.containers?.length ?? 0;
  }
  const peer = dockerBench(socketPath);
  return [
    {
      name: `collect and evaluate ${containers} containers`,
      metric: "time",
      value: median(times),
      unit: "ms",
      limit: 1000,
      ...(peer === null ? {} : { against: { name: "docker-bench-security", value: peer } }),
    },
  ];
}

/** Milliseconds of one run of docker-bench-security on the same engine; null without a checkout. */
function dockerBench(socketPath: string): number | null {
  const checkout = process.env.DOCKER_BENCH;
  if (checkout === undefined || !existsSync(path.join(checkout, "docker-bench-security.sh"))) {
    console.log("DOCKER_BENCH names no checkout of docker-bench-security: nothing to compare with.");
    return null;
  }
  const start = performance.now();
  const environment = { ...process.env, DOCKER_HOST: `unix://${socketPath}` };
  spawnSync("sh", ["docker-bench-security.sh", "-b"], { cwd: checkout, env: environment, stdio: "ignore" });
  return performance.now() - start;
}

function hostOf(count: number): HostEvidence {
  const [first] = example().containersInspect as [object];
  const containers = Array.from({ length: count - 1 }, (_, index) => ({
    ...first,
    Id: index.toString(16).padStart(64, "0"),
    Name: `/service-${index}`,
    Mounts: index % 7 === 0 ? [{ Type: "bind", Source: "/etc", Destination: "/e", RW: true }] : [],
  }));
  return example({ containers });
}

function timed(work: () => unknown): number {
  const start = performance.now();
  work();
  return performance.now() - start;
}

const median = (values: number[]) => values.toSorted((left, right) => left - right)[Math.floor(values.length / 2)] ?? 0;
