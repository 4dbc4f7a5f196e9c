import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { readFileSync, statSync } from "node:fs";
import path from "node:path";

/** The lowest layer of the benchmark's image, as a file. */
export interface BaseLayer {
  file: string;
  digest: string;
  diffId: string;
  sizeBytes: number;
  plainBytes: number;
}

/** Packs a root into a gzip layer, as a builder does. */
export function makeBaseLayer(folder: string, root: string): BaseLayer {
  const plain = path.join(folder, "base.tar");
  run("tar", [
    "--one-file-system",
    "--exclude=./proc/*",
    "--exclude=./sys/*",
    "--exclude=./dev/*",
    "--exclude=./var/cache/apt/archives/*.deb",
    "-C",
    root,
    "-cf",
    plain,
    ".",
  ]);
  const plainBytes = statSync(plain).size;
  const diffId = digestOfFile(plain);
  run("gzip", ["-6", "-f", plain]);
  const file = `${plain}.gz`;
  return { file, digest: digestOfFile(file), diffId, sizeBytes: statSync(file).size, plainBytes };
}

function digestOfFile(file: string): string {
  return `sha256:${createHash("sha256").update(readFileSync(file)).digest("hex")}`;
}

function run(command: string, args: string[]): void {
  const ended = spawnSync(command, args, { stdio: ["ignore", "ignore", "pipe"], encoding: "utf8" });
  if (ended.status !== 0) throw new Error(`${command} failed: ${ended.stderr.slice(0, 500)}`);
}
