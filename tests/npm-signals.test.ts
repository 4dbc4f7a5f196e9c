import { type ChildProcess, spawn } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, expect, test } from "vitest";

// A package of its own whose start is as ours: npm, its shell, and a process that must end with them.
const folder = mkdtempSync(path.join(tmpdir(), "bw-signals-"));
const file = (name: string) => path.join(folder, name);
afterAll(() => rmSync(folder, { recursive: true, force: true }));
mkdirSync(file("scripts"));
writeFileSync(
  file("scripts/main.mjs"),
  `import { writeFileSync } from "node:fs";
   import { watchLineage } from ${JSON.stringify(path.resolve(import.meta.dirname, "../scripts/lineage.mjs"))};
   writeFileSync("pid", String(process.pid));
   process.on("SIGTERM", () => end("signal"));
   watchLineage(() => end("lost"));
   setInterval(() => {}, 1000);
   function end(why) { writeFileSync("why", why); process.exit(0); }`,
);

test.each([
  { what: "npm gets SIGTERM, its shell is the program", script: "node scripts/main.mjs" },
  { what: "npm gets SIGTERM, a shell stands between", script: "node scripts/main.mjs; true" },
  { what: "npm is killed, a shell stands between", script: "node scripts/main.mjs; true", signal: "SIGKILL" as const },
])(
  "$what: nothing goes on running",
  async ({ script, signal = "SIGTERM" }) => {
    for (const name of ["pid", "why"]) rmSync(file(name), { force: true });
    writeFileSync(
      file("package.json"),
      JSON.stringify({ name: "signals", version: "1.0.0", scripts: { start: script } }),
    );
    const npm: ChildProcess = spawn("npm", ["start"], {
      cwd: folder,
      stdio: "ignore",
      env: { ...process.env, npm_config_update_notifier: "false" },
    });
    const pid = Number(await eventually(() => readFileSync(file("pid"), "utf8")));
    npm.kill(signal as NodeJS.Signals);
    await eventually(() => {
      if (isAlive(pid)) throw new Error("the program still runs");
      return "gone";
    });
    expect(readFileSync(file("why"), "utf8")).toMatch(/signal|lost/);
  },
  30_000,
);

async function eventually<Value>(look: () => Value): Promise<Value> {
  for (let attempt = 0; ; attempt += 1) {
    try {
      const value = look();
      if (value) return value;
    } catch (error) {
      if (attempt > 100) throw error;
    }
    await sleep(100);
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
