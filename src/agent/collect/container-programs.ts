import { readdir, readFile } from "node:fs/promises";
import type { HostRoot } from "./host-root.ts";
import { inParallel } from "./in-parallel.ts";

/** A container's processes in the form of the engine's `top`. */
export interface ProcessTable {
  Titles: string[];
  Processes: string[][];
}

/**
 * The processes of running containers by container id, read from the kernel. The engine's own `top` starts a `ps` for every
 * container, which takes longer than everything else together. A container whose main process is not seen from here is left
 * out: the engine has to be asked.
 */
export async function containerPrograms(root: HostRoot, inspected: unknown[]): Promise<Map<string, ProcessTable>> {
  const mainOf = new Map<string, number>();
  for (const container of inspected) {
    const { id, pid } = mainProcess(container);
    if (id !== null && pid > 0) mainOf.set(id, pid);
  }
  if (mainOf.size === 0) return new Map();
  const rows = new Map<string, Map<number, string>>();
  const pids = (await readdir(root.at("/proc")).catch(() => [])).filter((name) => /^\d+$/.test(name));
  await inParallel(pids, async (pid) => {
    const cgroup = await readFile(root.at(`/proc/${pid}/cgroup`), "utf8").catch(() => "");
    const ids = [...new Set(cgroup.match(/[0-9a-f]{64}/g))].filter((id) => mainOf.has(id));
    if (ids.length === 0) return;
    const command = await commandOf(root, pid);
    if (command === null) return;
    for (const id of ids) rows.set(id, (rows.get(id) ?? new Map()).set(Number(pid), command));
  });
  const tables = new Map<string, ProcessTable>();
  for (const [id, main] of mainOf) {
    const own = rows.get(id);
    if (!own?.has(main)) continue;
    const Processes = [...own].sort(([left], [right]) => left - right).map(([pid, text]) => [String(pid), text]);
    tables.set(id, { Titles: ["PID", "CMD"], Processes });
  }
  return tables;
}

/** The command line as `ps` prints it; null for a process that ended meanwhile. */
async function commandOf(root: HostRoot, pid: string): Promise<string | null> {
  const words = await readFile(root.at(`/proc/${pid}/cmdline`), "utf8").catch(() => null);
  if (words === null) return null;
  if (words !== "") return words.split("\u0000").join(" ").trimEnd();
  const comm = await readFile(root.at(`/proc/${pid}/comm`), "utf8").catch(() => null);
  return comm === null ? null : `[${comm.trim()}]`;
}

function mainProcess(container: unknown): { id: string | null; pid: number } {
  const none = { id: null, pid: 0 };
  if (typeof container !== "object" || container === null || !("Id" in container) || !("State" in container))
    return none;
  const { Id, State } = container;
  if (typeof Id !== "string" || typeof State !== "object" || State === null || !("Pid" in State)) return none;
  return { id: Id, pid: Number(State.Pid) || 0 };
}
