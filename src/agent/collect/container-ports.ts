import { readlink } from "node:fs/promises";
import { listeningSockets } from "./daemon-process.ts";
import type { HostRoot } from "./host-root.ts";
import { inParallel } from "./in-parallel.ts";

/** The most processes of containers on the host's network whose sockets are looked at. */
const MOST_PROCESSES = 2000;

const links = ["net", "pid", "ipc", "uts", "user"];

/** Namespaces of a process, as links; those that may not be read are left out. */
export async function namespacesOf(root: HostRoot, pid: number): Promise<Record<string, string>> {
  const found = await Promise.all(
    links.map(async (name) => [name, await readlink(root.at(`/proc/${pid}/ns/${name}`)).catch(() => "")] as const),
  );
  return Object.fromEntries(found.filter(([, link]) => link !== ""));
}

/**
 * TCP sockets on which containers of the host's network listen, as lines of `ss -lntp`: such a container publishes no port,
 * its processes open them. `daemon` are the namespaces of the engine, whose network is what containers get as the host's.
 * Null when the processes of one of them could not be listed.
 */
export async function containerListening(
  root: HostRoot,
  processes: Record<string, object>,
  daemon: Record<string, string>,
): Promise<string[] | null> {
  if (!daemon.net) return null;
  const onHost = Object.values(processes).flatMap((state) => {
    const { pid, cgroup, namespaces: own } = state as { pid: number; cgroup?: string; namespaces?: { net?: string } };
    return own?.net === daemon.net ? [{ pid, cgroup }] : [];
  });
  if (onHost.length === 0) return [];
  const listed = await Promise.all(onHost.map(({ pid, cgroup }) => processesOf(root, pid, cgroup)));
  const found = listed.includes(null)
    ? await processesByCgroup(root, new Set(onHost.map(({ cgroup }) => cgroup)))
    : listed.flat();
  if (found === null) return null;
  const pids = [...new Set([...onHost.map(({ pid }) => pid), ...found].filter((pid) => pid !== null))].slice(
    0,
    MOST_PROCESSES,
  );
  const lines = await inParallel(pids, async (pid) => {
    const comm = (await root.textIfReadable(`/proc/${pid}/comm`))?.trim() ?? "";
    return listeningSockets(root, { pid, comm });
  });
  return lines.flat();
}

/** Every process of a container's cgroup, its first one among them. */
async function processesOf(root: HostRoot, pid: number, cgroup: string | undefined): Promise<number[] | null> {
  const folder = /^\d+:[^:]*:(\/.*)$/.exec(cgroup ?? "")?.[1];
  if (!folder || folder === "/") return null;
  for (const base of ["/sys/fs/cgroup", "/sys/fs/cgroup/pids", "/sys/fs/cgroup/systemd"]) {
    const text = await root.textIfReadable(`${base}${folder}/cgroup.procs`);
    if (text !== undefined)
      return [
        pid,
        ...text
          .trim()
          .split("\n")
          .map(Number)
          .filter((one) => one > 0),
      ];
  }
  return null;
}

/** Where groups have no folder to be listed in: every process of the host whose last cgroup is one of these. */
async function processesByCgroup(root: HostRoot, groups: ReadonlySet<string | undefined>): Promise<number[] | null> {
  const pids = (await root.names("/proc")).filter((name) => /^\d+$/.test(name)).map(Number);
  if (pids.length === 0 || groups.has(undefined)) return null;
  const own = await inParallel(pids, async (pid) => {
    const text = await root.textIfReadable(`/proc/${pid}/cgroup`);
    return groups.has(text?.trim().split("\n").at(-1)) ? [pid] : [];
  });
  return own.flat();
}
