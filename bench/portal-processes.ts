import { type ChildProcess, spawn } from "node:child_process";
import { closeSync, openSync, readFileSync } from "node:fs";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { ensureBuild } from "../scripts/build.mjs";

const root = path.resolve(import.meta.dirname, "..");

/** The production web server of this tree on the database of the bench, as the environment names it. */
export async function startWeb(port: number, environment: Record<string, string> = {}): Promise<ChildProcess> {
  const folder = await ensureBuild({});
  const server = spawn(process.execPath, [path.join(folder, "server.js")], {
    env: {
      ...process.env,
      PORT: String(port),
      HOSTNAME: "127.0.0.1",
      BREAKWATER_ROLE: "web",
      BREAKWATER_FEEDS: "off",
      BREAKWATER_PUBLIC_URL: `http://127.0.0.1:${port}`,
      ...environment,
    },
    stdio: ["ignore", "ignore", "inherit"],
  });
  for (let attempt = 0; attempt < 300; attempt += 1) {
    const isUp = await fetch(`http://127.0.0.1:${port}/login`).then(
      (response) => response.ok,
      () => false,
    );
    if (isUp) return server;
    await sleep(200);
  }
  server.kill("SIGKILL");
  throw new Error("the web server did not answer within 60 s");
}

/** A worker process of its own. Returns when it takes jobs. */
export async function startWorker(folder: string): Promise<ChildProcess> {
  const log = path.join(folder, "worker.log");
  const output = openSync(log, "a");
  const worker = spawn(process.execPath, [path.join(root, "src/worker/main.ts")], {
    cwd: root,
    stdio: ["ignore", output, output, "ipc"],
    env: { ...process.env, BREAKWATER_ROLE: "worker", BREAKWATER_LOG_LEVEL: "info" },
  });
  closeSync(output);
  await new Promise<void>((resolve, reject) => {
    worker.once("message", () => resolve());
    worker.once("exit", () => reject(new Error(`The worker did not start: ${readFileSync(log, "utf8").slice(-500)}`)));
  });
  return worker;
}

/** Ends a process gently, after 12 s by force. */
export async function endProcess(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = new Promise((resolve) => child.once("exit", resolve));
  child.kill("SIGTERM");
  await Promise.race([ended, sleep(12_000)]);
  child.kill("SIGKILL");
}

/** Largest resident size of a process so far, MiB. Linux only; NaN elsewhere. */
export function peakMemory(child: ChildProcess): number {
  try {
    const status = readFileSync(`/proc/${child.pid}/status`, "utf8");
    return Number(/^VmHWM:\s+(\d+)/m.exec(status)?.[1]) / 1024;
  } catch {
    return Number.NaN;
  }
}

/** CPU seconds that a process has used so far. Linux only; NaN elsewhere. */
export function cpuSeconds(child: ChildProcess): number {
  try {
    const fields = readFileSync(`/proc/${child.pid}/stat`, "utf8")
      .replace(/^.*\) /, "")
      .split(" ");
    return (Number(fields[11]) + Number(fields[12])) / 100;
  } catch {
    return Number.NaN;
  }
}
