// `npm run bench [-- name …] [--check] [--out file]`: runs bench/<name>.ts, prints a table and writes a JSON file.
// With --check the ratios are held against docs/benchmarks.md, and the exit code says whether one got worse.
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { parseArgs } from "node:util";
import type { BenchModule, BenchResult } from "./bench-result.ts";
import { readTable, regressions, toTable } from "./benchmarks-table.ts";

const root = path.resolve(import.meta.dirname, "..");
const harness = ["run.ts", "bench-result.ts", "benchmarks-table.ts"];

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    check: { type: "boolean", default: false },
    out: { type: "string", default: "bench/results/latest.json" },
  },
});
process.exitCode = await main();

async function main(): Promise<number> {
  const known = await benches();
  const unknown = positionals.filter((name) => !known.has(name));
  if (unknown.length > 0) {
    console.error(`Unknown benchmark: ${unknown.join(", ")}. Known: ${[...known.keys()].join(", ")}`);
    return 2;
  }
  const results: (BenchResult & { bench: string })[] = [];
  const failures: string[] = [];
  for (const [name, bench] of known) {
    if (positionals.length > 0 && !positionals.includes(name)) continue;
    console.log(`\n── ${name}: ${bench.title} ──`);
    try {
      const measured = (await bench.run()).map((result) => ({ bench: name, ...result }));
      if (measured.length === 0) throw new Error("it measured nothing");
      console.log(toTable(measured));
      results.push(...measured);
    } catch (error) {
      failures.push(`${name}: ${error instanceof Error ? error.message : error}`);
    }
  }
  const file = path.resolve(root, values.out);
  mkdirSync(path.dirname(file), { recursive: true });
  writeFileSync(file, `${JSON.stringify({ machine: machine(), results, failures }, null, 2)}\n`);
  console.log(`\nWritten to ${path.relative(root, file)}.`);
  if (values.check)
    failures.push(...regressions(results, readTable(readFileSync(path.join(root, "docs", "benchmarks.md"), "utf8"))));
  for (const failure of failures) console.error(failure);
  return failures.length > 0 || results.length === 0 ? 1 : 0;
}

/** Every file beside this one that exports `run` is a benchmark; generators and helpers lie in folders below. */
async function benches(): Promise<Map<string, BenchModule>> {
  const found = new Map<string, BenchModule>();
  for (const file of readdirSync(import.meta.dirname)
    .filter((name) => /^[a-z-]+\.ts$/.test(name) && !harness.includes(name))
    .sort()) {
    const module: Partial<BenchModule> = await import(new URL(file, import.meta.url).href);
    if (typeof module.run !== "function") continue;
    const name = path.basename(file, ".ts");
    found.set(name, { title: module.title ?? name, run: module.run });
  }
  return found;
}

function machine(): Record<string, unknown> {
  const limit = "/sys/fs/cgroup/cpu.max";
  return {
    node: process.version,
    cpu: os.cpus()[0]?.model,
    cores: os.availableParallelism(),
    cpuLimit: existsSync(limit) ? readFileSync(limit, "utf8").trim() : null,
    memoryBytes: os.totalmem(),
    load: os.loadavg(),
  };
}
