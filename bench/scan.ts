// How long it takes to list the packages of an image, beside snyk-docker-plugin on the same archives in the same run.
// PEERS names the folder where that is installed (npm i --ignore-scripts snyk-docker-plugin, with the override
// "shescape": "2.1.12"); without it only our own figures are taken. IMAGES names a folder of archives; without it an
// image of 300 MB is generated. Every run is a fresh process, so start-up counts for both.
import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import type { BenchResult } from "./bench-result.ts";
import { type BenchImage, imagesOf, makeImages, writePeerScript } from "./scan-images/make-images.ts";

export const title = "packages of an image from its archive";

const rounds = Number(process.env.ROUNDS ?? 5);
const cli = path.resolve(import.meta.dirname, "../src/cli/main.ts");

interface Sample {
  seconds: number;
  mebibytes: number;
  packages: number;
}

export async function run(): Promise<BenchResult[]> {
  const folder = mkdtempSync(path.join(os.tmpdir(), "bench-scan-"));
  try {
    const own = process.env.IMAGES;
    const images = own === undefined ? makeImages(folder) : imagesOf(own, readdirSync(own));
    const peers = process.env.PEERS;
    const hasPeer = peers !== undefined && existsSync(path.join(peers, "node_modules/snyk-docker-plugin"));
    if (!hasPeer) console.log("PEERS names no folder with snyk-docker-plugin: nothing to compare with.");
    const peer = hasPeer ? writePeerScript(folder) : null;
    return images.flatMap((image) => measure(image, peer));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function measure(image: BenchImage, peer: string | null): BenchResult[] {
  const ours: Sample[] = [];
  const theirs: Sample[] = [];
  // In turns, so that a busy moment of the machine hits both.
  for (let round = 0; round < rounds; round += 1) {
    ours.push(sample([cli, "scan", image.archive, "--format", "json"], (output) => JSON.parse(output).packages.length));
    if (peer !== null)
      theirs.push(sample([peer, `${image.kind}:${image.archive}`], (output) => JSON.parse(output).packages));
  }
  const found = ours[0]?.packages ?? 0;
  if (image.packages !== null && found !== image.packages)
    throw new Error(`${image.name}: ${found} packages found, ${image.packages} are in it`);
  const note = `${found} packages${image.packages === null ? "" : `, all of ${image.packages}`}${theirs[0] ? `; peer ${theirs[0].packages}` : ""}`;
  const against = (pick: (taken: Sample) => number) =>
    theirs.length === 0 ? {} : { against: { name: "snyk-docker-plugin", value: median(theirs.map(pick)) } };
  return [
    {
      name: `scan ${image.name}`,
      metric: "time",
      unit: "s",
      value: median(ours.map((taken) => taken.seconds)),
      note,
      ...against((taken) => taken.seconds),
    },
    {
      name: `scan ${image.name}`,
      metric: "peak memory",
      unit: "MiB",
      value: median(ours.map((taken) => taken.mebibytes)),
      ...against((taken) => taken.mebibytes),
    },
  ];
}

/** One run in a process of its own; its peak memory is what the kernel counted. */
function sample(command: string[], packagesOf: (output: string) => number): Sample {
  const report = path.join(import.meta.dirname, "scan-images", "report-usage.mjs");
  const started = performance.now();
  const result = spawnSync(process.execPath, ["--import", report, ...command], {
    encoding: "utf8",
    maxBuffer: 256 * 1024 * 1024,
    stdio: ["ignore", "pipe", "inherit", "pipe"],
  });
  const seconds = (performance.now() - started) / 1000;
  if (result.status !== 0) throw new Error(`${command.join(" ")} ended with ${result.status}`);
  const usage = Number(result.output[3]);
  if (!(usage > 0)) throw new Error("the peak memory was not reported");
  return { seconds, mebibytes: usage / 1024, packages: packagesOf(result.stdout) };
}

function median(values: number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return Math.round((sorted[Math.floor(sorted.length / 2)] ?? 0) * 1000) / 1000;
}
