// From the end of `skopeo copy` to the findings on the pages, against Debian's docker-registry with notifications, a worker
// process of its own and a database that syncs. The image is a Debian root of about 300 MB with an application on top.
// DEBIAN_ROOT names an unpacked root; without it debootstrap makes one (as root, from the machine's Debian mirror).
import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import type { BenchResult } from "./bench-result.ts";
import { makeBaseLayer } from "./push-image/base-layer.ts";
import { startPushEstate } from "./push-image/push-estate.ts";

export const title = "push of an image to its findings";

const rounds = Number(process.env.ROUNDS ?? 12);
const shared = process.env.ADVISORIES ?? path.resolve(import.meta.dirname, "../../shared/advisories");

export async function run(): Promise<BenchResult[]> {
  const folder = mkdtempSync(path.join(os.tmpdir(), "bench-push-"));
  try {
    const base = makeBaseLayer(folder, debianRoot(folder));
    const estate = await startPushEstate(folder, { base, advisories: existsSync(shared) ? shared : null });
    try {
      // The first push of a process also pays for its start; it is not measured.
      await estate.push({ forgetLayers: true });
      const cold: number[] = [];
      const known: number[] = [];
      for (let round = 0; round < rounds; round += 1) {
        cold.push(await estate.push({ forgetLayers: true }));
        known.push(await estate.push({ forgetLayers: false }));
      }
      const note = `${Math.round(base.plainBytes / 1e6)} MB, ${estate.packages()} packages, ${estate.findings()} findings, ${rounds} pushes`;
      return [
        ...figures("push, cold layers", cold, { limit: 5, note }),
        ...figures("push, base known", known, { limit: 2, note }),
      ];
    } finally {
      await estate.stop();
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function figures(name: string, seconds: number[], { limit, note }: { limit: number; note: string }): BenchResult[] {
  return [
    { name, metric: "p50", unit: "s", value: percentile(seconds, 0.5), note },
    { name, metric: "p95", unit: "s", value: percentile(seconds, 0.95), limit, note },
  ];
}

function percentile(values: number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.ceil(sorted.length * share) - 1)] ?? Number.NaN;
}

function debianRoot(folder: string): string {
  const given = process.env.DEBIAN_ROOT;
  if (given) return given;
  const root = path.join(folder, "root");
  const packages = "--include=python3,git,curl,build-essential";
  const made = spawnSync("debootstrap", ["--variant=minbase", packages, "bookworm", root], { stdio: "ignore" });
  if (made.status !== 0)
    throw new Error("debootstrap made no root: run as root where it is installed, or name one by DEBIAN_ROOT");
  return root;
}
