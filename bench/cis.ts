// The CIS Docker engine: evaluation of 1,000 containers; collection and evaluation on a real dockerd that the bench starts
// itself (as root, where docker.io is installed), beside docker-bench-security in the same run when DOCKER_BENCH names a
// checkout of it. What the server does with reports is bench/hosts.ts.
import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import path from "node:path";
import { collectEvidence } from "../src/agent/collect/collect.ts";
import { assess } from "../src/engines/cis-docker/assess.ts";
import { example } from "../src/engines/cis-docker/example.ts";
import { HostEvidence } from "../src/engines/cis-docker/facts.ts";
import { type DockerDaemon, missingDocker, startDockerDaemon } from "../tests/support/docker-daemon.ts";
import type { BenchResult } from "./bench-result.ts";

export const title = "CIS Docker: evaluation, collection beside docker-bench-security";

const root = path.resolve(import.meta.dirname, "..");
const now = new Date("2026-11-20T12:00:00Z");
const ROUNDS = 15;
const SIZES = (process.env.BENCH_CONTAINERS ?? "7,60").split(",").map(Number);

export async function run(): Promise<BenchResult[]> {
  return [...evaluation(), ...(await collection())];
}

function evaluation(): BenchResult[] {
  const evidence = hostOf(1000);
  const times = Array.from({ length: ROUNDS }, () => timed(() => assess(evidence, { now })));
  return [{ name: "evaluate 1,000 containers", metric: "time", value: median(times), unit: "ms", limit: 100 }];
}

async function collection(): Promise<BenchResult[]> {
  const missing = missingDocker();
  if (missing) {
    console.log(`Nothing is collected: ${missing}.`);
    return [];
  }
  const daemon = await startDockerDaemon();
  try {
    const results: BenchResult[] = [];
    let started = 0;
    for (const size of SIZES) {
      for (; started < size; started += 1) await daemon.start(`container-${started}`, ...optionsOf(started, daemon));
      results.push(...(await compare(daemon, size)));
    }
    return results;
  } finally {
    await daemon.stop();
  }
}

/** Containers as they come: most plain, some limited, some that break controls. */
function optionsOf(index: number, { socket }: DockerDaemon): string[] {
  const kinds = [
    [],
    ["--memory=64m", "--pids-limit=50", "--cpu-shares=256"],
    ["--read-only", "--user=1000", "--cap-drop=ALL", "--security-opt=no-new-privileges"],
    ["-v", "/etc:/host-etc:ro", "--restart=on-failure:5"],
    ["-e", "MODE=bench", "--label", "bench=yes", "-p", `${20_000 + index}:80`],
    ["-v", `${socket}:/var/run/docker.sock`],
    ["--cap-add=NET_ADMIN", "--pid=host"],
  ];
  return ["--runtime=runc", ...(kinds[index % kinds.length] ?? [])];
}

/** Ours inside a running process, as the agent does it; ours as a program from its start; theirs, once. */
async function compare({ socket }: DockerDaemon, size: number): Promise<BenchResult[]> {
  const inside: number[] = [];
  for (let round = 0; round < ROUNDS; round += 1) {
    const start = performance.now();
    const evidence = HostEvidence.parse(await collectEvidence({ socketPath: socket }));
    const { facts } = assess(evidence, { now: new Date() });
    inside.push(performance.now() - start);
    if (facts.containers?.length !== size)
      throw new Error(`${facts.containers?.length} of ${size} containers were read`);
  }
  const environment = { ...process.env, DOCKER_HOST: `unix://${socket}` };
  const program = Array.from({ length: 5 }, () =>
    timed(() => {
      const args = [path.join(root, "src/cli/main.ts"), "audit", "docker", "--format", "json"];
      const ended = spawnSync(process.execPath, args, { env: environment, encoding: "utf8", maxBuffer: 2 ** 28 });
      if (!ended.stdout.startsWith("{")) throw new Error(`audit docker: ${ended.stderr}`);
    }),
  );
  const peer = dockerBench(environment);
  const against = peer === null ? {} : { against: { name: "docker-bench-security", value: peer } };
  const unit = "ms";
  return [
    {
      name: `${size} containers, collect and evaluate`,
      metric: "time",
      value: median(inside),
      unit,
      limit: 1000,
      ...against,
    },
    { name: `${size} containers, the whole program`, metric: "time", value: median(program), unit, ...against },
  ];
}

/** Milliseconds of one run of docker-bench-security on the same engine; null without a checkout. Throws when it did not finish. */
function dockerBench(environment: NodeJS.ProcessEnv): number | null {
  const checkout = process.env.DOCKER_BENCH;
  if (checkout === undefined || !existsSync(path.join(checkout, "docker-bench-security.sh"))) {
    console.log("DOCKER_BENCH names no checkout of docker-bench-security: nothing to compare with.");
    return null;
  }
  const start = performance.now();
  const ended = spawnSync("bash", ["docker-bench-security.sh", "-b"], {
    cwd: checkout,
    env: environment,
    encoding: "utf8",
    maxBuffer: 2 ** 28,
  });
  const took = performance.now() - start;
  const checks = /Checks: (\d+)/.exec(ended.stdout)?.[1];
  if (!checks) throw new Error(`docker-bench-security did not finish: ${ended.stderr.slice(-500)}`);
  console.log(`docker-bench-security: ${checks} checks in ${(took / 1000).toFixed(1)} s`);
  return took;
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
