import { readlink } from "node:fs/promises";
import { listeningSockets } from "./daemon-process.ts";
import type { HostRoot } from "./host-root.ts";
import { inParallel } from "./in-parallel.ts";

/** The most processes of containers on the host's network whose sockets are looked at. */
const MOST_PROCESSES = 2000;

const links = ["net", "pid", "ipc", "uts", "user"];

/** Namespaces of the host's first process, as links; those that may not be read are left out. */
export async function hostNamespaces(root: HostRoot): Promise<Record<string, string>> {
  const found = await Promise.all(
    links.map(async (name) => [name, await readlink(root.at(`/proc/1/ns/${name}`)).catch(() => "")] as const),
  );
  return Object.fromEntries(found.filter(([, link]) => link !== ""));
}

/**
 * TCP sockets on which containers of the host's network listen, as lines of `ss -lntp`: such a container publishes no port,
 * its processes open them. Null when the processes of one of them could not be listed.
 */
export async function containerListening(
  root: HostRoot,
  processes: Record<string, object>,
  namespaces: Record<string, string>,
): Promise<string[] | null> {
  if (!namespaces.net) return null;
  const onHost = Object.values(processes).flatMap((state) => {
    const { pid, cgroup, namespaces: own } = state as { pid: number; cgroup?: string; namespaces?: { net?: string } };
    return own?.net === namespaces.net ? [{ pid, cgroup }] : [];
  });
  const listed = await Promise.all(onHost.map(({ pid, cgroup }) => processesOf(root, pid, cgroup)));
  if (listed.includes(null)) return null;
  const pids = [...new Set(listed.flatMap((list) => list ?? []))].slice(0, MOST_PROCESSES);
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
