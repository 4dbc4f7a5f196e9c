// A process that the launcher keeps alive: started again with growing pauses when it ends without being told to.
import { spawn } from "node:child_process";

const PAUSES_MS = [500, 1000, 2000, 5000, 10_000, 30_000];
/** A process that ran this long was fine: its next crash counts as the first again. */
const STEADY_MS = 60_000;

/**
 * Keeps `node <args>` running. `onReady` is called whenever it sends `{ ready: true }`, `say` gets a line about each crash.
 * `filter` decides which lines of its stdout are passed on. `args` may be a function, asked before each start. With
 * `onComplaint` the lines of its stderr go there instead of to the launcher's own. Returns what stops and restarts it.
 */
export function keepRunning({ name, args, env, say, onReady = () => {}, filter = () => true, onComplaint }) {
  let child;
  let crashes = 0;
  let isStopping = false;
  let timer;
  const start = () => {
    const startedAt = Date.now();
    // Out of the terminal's process group: Ctrl-C reaches the launcher alone, which decides in which order things stop.
    child = spawn(process.execPath, typeof args === "function" ? args() : args, {
      env,
      stdio: ["ignore", "pipe", onComplaint ? "pipe" : "inherit", "ipc"],
      detached: true,
    });
    eachLine(child.stdout, (line) => filter(line) && process.stdout.write(`${line}\n`));
    if (onComplaint) eachLine(child.stderr, onComplaint);
    child.on("message", (message) => {
      if (message?.ready) onReady();
    });
    child.once("exit", (code, signal) => {
      child = undefined;
      if (isStopping) return;
      if (Date.now() - startedAt > STEADY_MS) crashes = 0;
      const pause = PAUSES_MS[Math.min(crashes, PAUSES_MS.length - 1)];
      crashes += 1;
      say(`The ${name} process ended (${signal ?? `exit code ${code}`}); starting it again in ${pause / 1000} s.`);
      timer = setTimeout(start, pause);
    });
  };
  start();
  return {
    name,
    get pid() {
      return child?.pid;
    },
    get crashes() {
      return crashes;
    },
    restart() {
      child?.kill("SIGTERM");
    },
    /** Asks it to stop and waits up to `ms`, then ends it. */
    async stop(ms) {
      isStopping = true;
      clearTimeout(timer);
      const running = child;
      if (!running) return;
      const gone = new Promise((resolve) => running.once("exit", resolve));
      running.kill("SIGTERM");
      const killer = setTimeout(() => running.kill("SIGKILL"), ms);
      await gone;
      clearTimeout(killer);
    },
    kill() {
      isStopping = true;
      clearTimeout(timer);
      child?.kill("SIGKILL");
    },
  };
}

function eachLine(stream, take) {
  let rest = "";
  stream.setEncoding("utf8");
  stream.on("data", (chunk) => {
    const lines = (rest + chunk).split("\n");
    rest = lines.pop() ?? "";
    for (const line of lines) take(line);
  });
}
