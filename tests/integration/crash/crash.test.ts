import { spawn } from "node:child_process";
import path from "node:path";
import { expect, test } from "vitest";

const rounds = Number(process.env.CRASH_ROUNDS ?? 8);

// The run has its own database, web and worker, so it is a process of its own: `node tests/crash/run.ts` runs 50 rounds.
test(`nothing is lost or doubled when worker, web and database are killed ${rounds} times`, {
  timeout: 600_000 + rounds * 20_000,
}, async () => {
  const child = spawn(process.execPath, [path.resolve("tests/crash/run.ts")], {
    env: { ...process.env, ROUNDS: String(rounds) },
  });
  const said: string[] = [];
  for (const stream of [child.stdout, child.stderr]) stream.on("data", (chunk: Buffer) => said.push(chunk.toString()));
  const code = await new Promise((resolve) => child.once("exit", resolve));
  expect(code, said.join("")).toBe(0);
  expect(said.join("")).toContain("crash test passed");
});
