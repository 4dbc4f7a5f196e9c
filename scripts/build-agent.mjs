// Builds the Docker host agent. `npm run build:agent` makes dist/agent/breakwater-agent.mjs (one file for hosts that have
// Node) and, with --executable, dist/agent/breakwater-agent (Node's single-executable form, for hosts that have none).
import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import path from "node:path";
import process from "node:process";
import { fileURLToPath } from "node:url";

const root = path.resolve(import.meta.dirname, "..");
const folder = path.join(root, "dist", "agent");
const bundle = path.join(folder, "breakwater-agent.mjs");

/** Newest change of anything the bundle is made from. */
function newestSource() {
  const newest = (entry) => {
    const found = statSync(entry);
    if (!found.isDirectory()) return found.mtimeMs;
    return Math.max(0, ...readdirSync(entry).map((name) => newest(path.join(entry, name))));
  };
  return Math.max(
    ...["src/agent", "src/engines/cis-docker", "src/domain", "src/clock.ts"].map((entry) =>
      newest(path.join(root, entry)),
    ),
  );
}

/** The bundle's path, built now when it is missing or older than its sources. */
export async function ensureAgentBundle() {
  if (existsSync(bundle) && statSync(bundle).mtimeMs >= newestSource()) return bundle;
  const { build } = await import("esbuild");
  mkdirSync(folder, { recursive: true });
  const staging = `${bundle}.new-${process.pid}`;
  await build({
    entryPoints: [path.join(root, "src", "agent", "main.ts")],
    outfile: staging,
    bundle: true,
    platform: "node",
    format: "esm",
    target: "node22",
    minify: true,
    legalComments: "none",
    logLevel: "error",
    absWorkingDir: root,
  });
  renameSync(staging, bundle);
  writeFileSync(
    `${bundle}.sha256`,
    `${createHash("sha256").update(readFileSync(bundle)).digest("hex")}  breakwater-agent.mjs\n`,
  );
  return bundle;
}

/** A single executable for this machine's platform, made by the running Node. */
export async function buildExecutable() {
  const { build } = await import("esbuild");
  mkdirSync(folder, { recursive: true });
  const script = path.join(folder, `executable-${process.pid}.cjs`);
  await build({
    entryPoints: [path.join(root, "src", "agent", "main.ts")],
    outfile: script,
    bundle: true,
    platform: "node",
    format: "cjs",
    target: "node22",
    minify: true,
    legalComments: "none",
    logLevel: "error",
    absWorkingDir: root,
  });
  const finished = path.join(folder, process.platform === "win32" ? "breakwater-agent.exe" : "breakwater-agent");
  const output = `${finished}.new-${process.pid}`;
  const config = path.join(folder, `executable-${process.pid}.json`);
  writeFileSync(
    config,
    JSON.stringify({ main: script, output, disableExperimentalSEAWarning: true, useCodeCache: false }),
  );
  const made = spawnSync(process.execPath, [`--build-sea=${config}`], { encoding: "utf8" });
  if (made.status !== 0) throw new Error(`Node could not build the executable: ${(made.stderr || made.stdout).trim()}`);
  chmodSync(output, 0o755);
  renameSync(output, finished);
  rmSync(config);
  rmSync(script);
  return finished;
}

/** True when the single executable is missing or older than the bundle it is made like. */
export function wantsExecutable() {
  const file = path.join(folder, "breakwater-agent");
  return !existsSync(file) || statSync(file).mtimeMs < statSync(bundle).mtimeMs;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  console.log(`Bundle: ${path.relative(root, await ensureAgentBundle())}`);
  if (process.argv.includes("--executable")) console.log(`Executable: ${path.relative(root, await buildExecutable())}`);
}
