import { type ChildProcess, spawn } from "node:child_process";
import path from "node:path";

const root = path.resolve(import.meta.dirname, "../..");

export interface WorkerProcess {
  pid: number;
  kill(signal: NodeJS.Signals): void;
  /** Exit code, or the signal that ended it. */
  exited: Promise<number | NodeJS.Signals>;
}

/**
 * Starts the real worker as its own process on this test file's database and waits until it takes jobs. `env` names what it is
 * started with besides.
 */
export async function startWorker(env: Record<string, string> = {}): Promise<WorkerProcess> {
  const child: ChildProcess = spawn(process.execPath, [path.join(root, "src/worker/main.ts")], {
    cwd: root,
    stdio: ["ignore", "ignore", "inherit", "ipc"],
    env: {
      ...process.env,
      BREAKWATER_LOG_LEVEL: "silent",
      BREAKWATER_FEEDS: "off",
      BREAKWATER_ROLE: "worker",
      ...env,
    },
  });
  const exited = new Promise<number | NodeJS.Signals>((resolve) => {
    child.once("exit", (code, signal) => resolve(signal ?? code ?? 0));
  });
  await new Promise<void>((resolve, reject) => {
    child.once("message", () => resolve());
    void exited.then((code) => reject(new Error(`the worker ended with ${code} before it took jobs`)));
  });
  return { pid: child.pid ?? 0, kill: (signal) => child.kill(signal), exited };
}
