import { execFile } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, expect, test } from "vitest";
import { z } from "zod";
import { answers, files, script } from "./new-kind-files.ts";

// A throw-away kind of resource is added to a copy of the source. The record in docs/decisions says which places it touches; the
// compiler must name each of them, and the kind must then live from its first verdict to its recommendation.

const repository = path.resolve(import.meta.dirname, "../..");
const record = readFileSync(path.join(repository, "docs/decisions/0004-what-a-kind-of-resource-adds.md"), "utf8");
const run = promisify(execFile);
let copy = "";

beforeAll(() => {
  copy = mkdtempSync(path.join(tmpdir(), "breakwater-new-kind-"));
  cpSync(path.join(repository, "src"), path.join(copy, "src"), {
    recursive: true,
    filter: (source) => !/\.test\.tsx?$/.test(source),
  });
  for (const name of ["package.json", "tsconfig.json"]) cpSync(path.join(repository, name), path.join(copy, name));
  symlinkSync(path.join(repository, "node_modules"), path.join(copy, "node_modules"));
});
afterAll(() => rmSync(copy, { recursive: true, force: true }));

/** Files that do not compile, by path. */
async function faults(): Promise<string[]> {
  const compiler = path.join(repository, "node_modules/typescript/bin/tsc");
  const output = await run(process.execPath, [compiler, "--noEmit", "-p", "."], { cwd: copy, maxBuffer: 1e8 }).then(
    ({ stdout }) => stdout,
    (error: { stdout: string }) => error.stdout,
  );
  return [...new Set([...output.matchAll(/^(src\/[^(]+)\(\d+,\d+\): error/gm)].map((match) => match[1] ?? ""))].sort();
}

/** The places in the tables of the decision record. */
const places = (): string[] => [...record.matchAll(/^\| `(src\/[^`]+)` \|/gm)].map((match) => match[1] ?? "");

function answer(file: string): void {
  const at = path.join(copy, file);
  const source = readFileSync(at, "utf8");
  const edits = answers[file] ?? [];
  writeFileSync(
    at,
    edits.reduce((text, [from, to]) => {
      if (!text.includes(from)) throw new Error(`${file} has no ${from}`);
      return text.replace(from, to);
    }, source),
  );
}

test("a new kind does not compile until each place of the record has its answer", { timeout: 600_000 }, async () => {
  expect(Object.keys(answers).toSorted()).toEqual(places().toSorted());
  const entries = ["src/domain/resource.ts", "src/domain/rule.ts"];
  for (const entry of entries) answer(entry);
  expect(await faults()).toEqual(
    places()
      .filter((place) => !entries.includes(place))
      .toSorted(),
  );
  for (const place of places()) if (!entries.includes(place)) answer(place);
  for (const [file, source] of Object.entries(files)) {
    mkdirSync(path.dirname(path.join(copy, file)), { recursive: true });
    writeFileSync(path.join(copy, file), source);
  }
  expect(await faults()).toEqual([]);
});

const Lived = z.object({
  first: z.array(z.unknown()),
  second: z.array(z.unknown()),
  history: z.array(z.unknown()),
  notices: z.array(z.unknown()),
  containers: z.array(z.unknown()),
  recommendations: z.array(z.unknown()),
});

test("it is told in history, notice, recommendation and Containers row when it turns unhealthy", {
  timeout: 120_000,
}, async () => {
  writeFileSync(path.join(copy, "src/live.ts"), script);
  const { stdout } = await run(process.execPath, ["src/live.ts"], {
    cwd: copy,
    env: { ...process.env, NODE_ENV: "test" },
    maxBuffer: 1e8,
  });
  const lived = Lived.parse(JSON.parse(stdout.trim().split("\n").at(-1) ?? ""));
  expect(lived.first).toHaveLength(2);
  expect(lived.second).toEqual([
    expect.objectContaining({ kind: "vault", ruleId: "vault-sealed", from: "healthy", to: "unhealthy" }),
  ]);
  expect(lived.history).toEqual([
    { rule_id: "vault-audited", from_status: null, to_status: "healthy", cause: "report" },
    { rule_id: "vault-sealed", from_status: null, to_status: "healthy", cause: "report" },
    { rule_id: "vault-sealed", from_status: "healthy", to_status: "unhealthy", cause: "report" },
  ]);
  expect(lived.notices).toEqual([
    expect.objectContaining({
      kind: "control-failed",
      title: "A vault stands open on keys",
      href: expect.stringMatching(/^\/vaults\/[0-9a-f-]+\?control=vault-sealed$/),
    }),
  ]);
  expect(lived.containers).toEqual([
    expect.objectContaining({
      kind: "vault",
      name: "keys",
      healthy: 1,
      unhealthy: 1,
      posture: "unhealthy",
      worst: expect.objectContaining({ ruleId: "vault-sealed" }),
    }),
  ]);
  expect(lived.recommendations).toEqual([
    expect.objectContaining({
      ruleId: "vault-sealed",
      failedTitle: "A vault stands open",
      kinds: ["vault"],
      unhealthy: 1,
      healthy: 0,
    }),
  ]);
});
