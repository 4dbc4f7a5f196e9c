// `npm test` and its parts. Every suite is counted; the last line is `N passed, N failed, N skipped`.
import { spawn } from "node:child_process";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import process from "node:process";
import { ensureBuild } from "./build.mjs";
import { generate } from "./generate.mjs";

const root = path.resolve(import.meta.dirname, "..");
const bin = (...parts) => path.join(root, "node_modules", ...parts);
const counts = mkdtempSync(path.join(os.tmpdir(), "breakwater-counts-"));
const running = new Set();

const suites = {
  lint: () => single("lint", [bin("@biomejs", "biome", "bin", "biome"), "check", "."]),
  format: () => single("format", [bin("@biomejs", "biome", "bin", "biome"), "check", "--write", "."]),
  types: () => single("types", [bin("typescript", "bin", "tsc"), "--noEmit", "-p", "."]),
  unit: (rest) => vitest("unit", rest),
  integration: (rest) => vitest("integration", rest),
  postgres: (rest) => systemPostgres(rest),
  e2e: (rest) => playwright(rest),
};
const sets = { all: ["lint", "types", "unit", "integration", "postgres", "e2e"], verify: ["lint", "types", "unit"] };

/** Needs no database, or would only repeat what does not change with its version. */
const withoutDatabase = ["**/*-docker*", "**/this-machine*", "**/crash/**", "**/route-fuzz*", "**/agent-outage*"];

const what = process.argv[2] ?? "all";
const rest = process.argv.slice(3);
const names = sets[what] ?? [what];
if (names.some((name) => !suites[name])) {
  console.error(`Unknown suite ${what}. Known: ${[...Object.keys(sets), ...Object.keys(suites)].join(", ")}`);
  process.exit(2);
}
for (const signal of ["SIGINT", "SIGTERM"]) {
  process.on(signal, () => {
    for (const child of running) child.kill(signal);
    process.exitCode = 1;
  });
}
process.exitCode = await main();

async function main() {
  generate();
  const started = Date.now();
  const results = [];
  for (const name of names) {
    console.log(`\n── ${name} ──`);
    const at = Date.now();
    const result = await suites[name](rest);
    results.push({ name, seconds: Math.round((Date.now() - at) / 1000), ...result });
  }
  rmSync(counts, { recursive: true, force: true });
  console.log("");
  for (const { name, passed, failed, skipped, seconds } of results) {
    console.log(`${name.padEnd(12)} ${passed} passed, ${failed} failed, ${skipped.length} skipped (${seconds} s)`);
    for (const skip of skipped) console.log(`  skipped: ${skip.name} — ${skip.reason || "NO REASON GIVEN"}`);
  }
  const nameless = results.flatMap(({ skipped }) => skipped).filter(({ reason }) => !reason).length;
  if (nameless > 0) console.log(`${nameless} skipped without a reason: each counts as failed.`);
  const sum = (pick) => results.reduce((total, result) => total + pick(result), 0);
  const failed = sum((result) => result.failed) + nameless;
  console.log(`Took ${Math.round((Date.now() - started) / 1000)} s.`);
  console.log(
    `${sum((result) => result.passed)} passed, ${failed} failed, ${sum((result) => result.skipped.length) - nameless} skipped`,
  );
  return failed > 0 ? 1 : 0;
}

/** A check that is one test as a whole. */
async function single(_name, args) {
  const code = await run(args);
  return { passed: code === 0 ? 1 : 0, failed: code === 0 ? 0 : 1, skipped: [] };
}

/** The integration suite again, on the oldest Postgres that Debian installed here. */
async function systemPostgres(rest) {
  const folder = "/usr/lib/postgresql";
  const [oldest] = (existsSync(folder) ? readdirSync(folder) : [])
    .filter((name) => Number(name) >= 15 && existsSync(path.join(folder, name, "bin", "postgres")))
    .sort((a, b) => Number(a) - Number(b));
  if (!oldest) {
    const reason = `no Postgres 15 or newer in ${folder}: apt-get install postgresql`;
    return { passed: 0, failed: 0, skipped: [{ name: "the integration suite on the system's own Postgres", reason }] };
  }
  console.log(`On Postgres ${oldest} of ${folder}`);
  const exclude = withoutDatabase.flatMap((pattern) => ["--exclude", pattern]);
  return vitest("integration", [...exclude, ...rest], { BREAKWATER_TEST_POSTGRES: path.join(folder, oldest) });
}

async function vitest(project, rest, env = {}) {
  const file = path.join(counts, `${env.BREAKWATER_TEST_POSTGRES ? "postgres" : project}.json`);
  const reporter = path.join(root, "scripts", "vitest-reporter.mjs");
  const args = [
    bin("vitest", "vitest.mjs"),
    "run",
    "--project",
    project,
    "--reporter=default",
    `--reporter=${reporter}`,
    ...rest,
  ];
  return counted(file, await run(args, { ...env, BREAKWATER_TEST_COUNTS: file }));
}

async function playwright(rest) {
  const file = path.join(counts, "e2e.json");
  // Before the browser's clock runs: on a slow machine a build takes longer than a server may take to start.
  try {
    await ensureBuild({ onBuild: () => console.log("Building the pages …") });
  } catch (error) {
    console.error(error.message);
    return counted(file, 1);
  }
  const data = mkdtempSync(path.join(os.tmpdir(), "breakwater-e2e-"));
  const reporter = path.join(root, "scripts", "playwright-reporter.mjs");
  const args = [bin("@playwright", "test", "cli.js"), "test", `--reporter=list,${reporter}`, ...rest];
  const code = await run(args, { BREAKWATER_TEST_COUNTS: file, BREAKWATER_E2E_DATA: data });
  rmSync(data, { recursive: true, force: true });
  return counted(file, code);
}

/** What the reporter wrote. A suite that broke before it could count, or that found no test, is a failure. */
function counted(file, code) {
  const result = existsSync(file) ? JSON.parse(readFileSync(file, "utf8")) : { passed: 0, failed: 0, skipped: [] };
  const ranNothing = result.passed + result.failed === 0;
  if (ranNothing) console.error("This suite ran no test.");
  if (result.failed === 0 && (code !== 0 || ranNothing)) result.failed = 1;
  return result;
}

function run(args, env = {}) {
  return new Promise((resolve) => {
    const child = spawn(process.execPath, args, {
      cwd: root,
      stdio: ["ignore", "inherit", "inherit"],
      env: { ...process.env, ...env },
    });
    running.add(child);
    child.once("error", (error) => {
      console.error(error.message);
      resolve(1);
    });
    child.once("exit", (code) => {
      running.delete(child);
      resolve(code ?? 1);
    });
  });
}
