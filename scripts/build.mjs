// The production build. `npm start` makes it when the sources are newer; `npm run build` makes it on demand.
// Next builds into .next-build; only a whole build is moved to .next-out/<hash of the sources>, so a killed one is
// never taken as finished and a server that still runs on the previous one is not disturbed.
import { spawn } from "node:child_process";
import { createHash } from "node:crypto";
import {
  cpSync,
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
import { generate } from "./generate.mjs";

const root = path.resolve(import.meta.dirname, "..");
const SOURCES = [
  "src",
  "public",
  "prisma/schema.prisma",
  "next.config.mjs",
  "package.json",
  "package-lock.json",
  "tsconfig.json",
];
// What the web build never contains.
const IGNORED = [
  /\.test\.tsx?$/,
  /^src\/store\/generated\//,
  /^src\/cli\//,
  /^src\/agent\//,
  /^src\/worker\//,
  /\.md$/,
];
const KEEP = 2;

/** Hash over name and content of everything the build is made from. */
export function sourceHash() {
  const hash = createHash("sha256");
  for (const source of SOURCES) {
    for (const file of filesBelow(source)) {
      if (IGNORED.some((pattern) => pattern.test(file))) continue;
      hash.update(`${file}\0`).update(
        createHash("sha256")
          .update(readFileSync(path.join(root, file)))
          .digest(),
      );
    }
  }
  return hash.digest("hex").slice(0, 16);
}

function filesBelow(entry) {
  const full = path.join(root, entry);
  if (!existsSync(full)) return [];
  if (!statSync(full).isDirectory()) return [entry];
  return readdirSync(full)
    .sort()
    .flatMap((name) => filesBelow(`${entry}/${name}`));
}

/** Folder of the finished build of the present sources, made now when it is missing. `onBuild` hears that it takes time. */
export async function ensureBuild({ onBuild = () => {}, signal } = {}) {
  const name = sourceHash();
  const out = path.join(root, ".next-out");
  const folder = path.join(out, name);
  if (existsSync(path.join(folder, "server.js"))) return folder;
  onBuild();
  const distDir = `.next-build-${process.pid}`;
  sweep();
  try {
    await nextBuild(distDir, signal);
    assemble(distDir, `${folder}.new-${process.pid}`, folder);
  } finally {
    rmSync(path.join(root, distDir), { recursive: true, force: true });
  }
  forgetOld(out, name);
  return folder;
}

/** Leftovers of builds that were killed. */
function sweep() {
  const isLeftOver = (pid) => {
    try {
      process.kill(pid, 0);
      return false;
    } catch (error) {
      return error.code === "ESRCH";
    }
  };
  const out = path.join(root, ".next-out");
  const candidates = [
    ...readdirSync(root).map((name) => path.join(root, name)),
    ...(existsSync(out) ? readdirSync(out).map((name) => path.join(out, name)) : []),
  ];
  for (const candidate of candidates) {
    const match = /(?:\.next-build|\.new)-(\d+)$/.exec(candidate);
    if (match && isLeftOver(Number(match[1]))) rmSync(candidate, { recursive: true, force: true });
  }
}

function nextBuild(distDir, signal) {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [path.join(root, "node_modules", "next", "dist", "bin", "next"), "build"], {
      cwd: root,
      signal,
      stdio: ["ignore", "pipe", "pipe"],
      env: { ...process.env, BREAKWATER_DIST_DIR: distDir, NEXT_TELEMETRY_DISABLED: "1", NODE_ENV: "production" },
    });
    let output = "";
    for (const stream of [child.stdout, child.stderr])
      stream.on("data", (chunk) => {
        output = (output + chunk).slice(-20_000);
      });
    child.once("error", reject);
    child.once("exit", (code, killed) => {
      if (code === 0) resolve();
      else reject(new Error(`The production build failed${killed ? ` (${killed})` : ""}:\n${output.trim()}`));
    });
  });
}

/** Puts the standalone server, the static files and public together, then gives the whole its final name. */
function assemble(distDir, staging, folder) {
  const built = path.join(root, distDir);
  mkdirSync(path.dirname(staging), { recursive: true });
  rmSync(staging, { recursive: true, force: true });
  renameSync(path.join(built, "standalone"), staging);
  cpSync(path.join(built, "static"), path.join(staging, distDir, "static"), { recursive: true });
  if (existsSync(path.join(root, "public")))
    cpSync(path.join(root, "public"), path.join(staging, "public"), { recursive: true });
  writeFileSync(path.join(staging, "built-from"), path.basename(folder));
  rmSync(folder, { recursive: true, force: true });
  renameSync(staging, folder);
}

/** The build before this one stays: a server may still run on it. */
function forgetOld(out, current) {
  const builds = readdirSync(out)
    .filter((name) => /^[0-9a-f]{16}$/.test(name) && name !== current)
    .map((name) => ({ name, at: statSync(path.join(out, name)).mtimeMs }))
    .sort((left, right) => right.at - left.at);
  for (const { name } of builds.slice(KEEP - 1)) rmSync(path.join(out, name), { recursive: true, force: true });
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  generate();
  const folder = await ensureBuild({ onBuild: () => console.log("Building …") });
  console.log(`The build is in ${path.relative(root, folder)}.`);
}
