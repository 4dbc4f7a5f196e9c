// Tells when nobody is left who would stop this process. This file must parse on old Node versions, as run.mjs.
import { readFileSync } from "fs";

/**
 * Calls `onLost` once when npm, or the shell that it starts scripts with, is gone: a signal to npm ends those two and reaches nobody
 * else. Outside an npm script nothing is watched. The watch keeps no process alive.
 */
export function watchLineage(onLost) {
  if (!process.env.npm_lifecycle_event || process.ppid <= 1) return;
  const born = lineage();
  const timer = setInterval(() => {
    if (lineage() === born) return;
    clearInterval(timer);
    onLost();
  }, 500);
  timer.unref();
}

/** The parent and, where the system tells, its parent: a shell outlives npm and is no sign of life. */
function lineage() {
  return process.ppid + " " + parentOf(process.ppid);
}

function parentOf(pid) {
  try {
    const stat = readFileSync("/proc/" + pid + "/stat", "utf8");
    // The name before the fields may hold blanks and brackets itself.
    return stat.slice(stat.lastIndexOf(")") + 2).split(" ")[1];
  } catch {
    return "";
  }
}
