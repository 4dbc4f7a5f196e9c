import { readlink } from "node:fs/promises";
import type { HostRoot } from "./host-root.ts";
import { inParallel } from "./in-parallel.ts";

const namespaces = ["net", "pid", "ipc", "uts", "user", "mnt", "cgroup"];

/** What the kernel says of each running container's main process, by container id. Unreadable values are left out. */
export async function containerProcesses(root: HostRoot, inspected: unknown): Promise<Record<string, object>> {
  const found = await inParallel(Array.isArray(inspected) ? inspected : [], async (container) => {
    const pid = Number(container?.State?.Pid ?? 0);
    const id: unknown = container?.Id;
    const state = typeof id === "string" && pid > 0 ? await processState(root, pid) : undefined;
    return { id: String(id), state };
  });
  return Object.fromEntries(found.flatMap(({ id, state }) => (state ? [[id, state]] : [])));
}

async function processState(root: HostRoot, pid: number): Promise<object | undefined> {
  const status = await root.textIfReadable(`/proc/${pid}/status`);
  if (status === undefined) return undefined;
  const field = (name: string) => new RegExp(`^${name}:\\s*(\\S+)`, "m").exec(status)?.[1];
  const number = (name: string) => (field(name) === undefined ? undefined : Number(field(name)));
  const cgroup = (await root.textIfReadable(`/proc/${pid}/cgroup`)) ?? "";
  const links = await Promise.all(
    namespaces.map(
      async (name) => [name, await readlink(root.at(`/proc/${pid}/ns/${name}`)).catch(() => undefined)] as const,
    ),
  );
  return {
    pid,
    // The process's uid as the agent's user namespace sees it, which is the host's.
    hostUid: number("Uid"),
    noNewPrivs: number("NoNewPrivs"),
    seccomp: number("Seccomp"),
    capEff: field("CapEff"),
    appArmor: (await root.textIfReadable(`/proc/${pid}/attr/current`))?.trim().replaceAll("\u0000", ""),
    namespaces: Object.fromEntries(links.filter(([, link]) => link !== undefined)),
    cgroup: cgroup.trim().split("\n").at(-1),
    ...(await limits(root, cgroup)),
  };
}

/** Limits in effect, through every parent: of cgroup v2, else of the memory and pids controllers of v1. */
async function limits(root: HostRoot, cgroup: string): Promise<{ memoryMaxBytes?: number; pidsMax?: number }> {
  const unified = /^0::(\/.*)$/m.exec(cgroup)?.[1];
  const memory = unified ?? /^\d+:(?:[\w,]*,)?memory(?:,[\w,]*)?:(\/.*)$/m.exec(cgroup)?.[1];
  const pids = unified ?? /^\d+:(?:[\w,]*,)?pids(?:,[\w,]*)?:(\/.*)$/m.exec(cgroup)?.[1];
  const memoryMaxBytes = await smallest(
    root,
    unified ? ["/sys/fs/cgroup", "memory.max"] : ["/sys/fs/cgroup/memory", "memory.limit_in_bytes"],
    memory,
  );
  const pidsMax = await smallest(
    root,
    unified ? ["/sys/fs/cgroup", "pids.max"] : ["/sys/fs/cgroup/pids", "pids.max"],
    pids,
  );
  return { ...(memoryMaxBytes ? { memoryMaxBytes } : {}), ...(pidsMax ? { pidsMax } : {}) };
}

async function smallest(
  root: HostRoot,
  [base = "", file = ""]: string[],
  group: string | undefined,
): Promise<number | undefined> {
  if (!group) return undefined;
  let result: number | undefined;
  for (let folder = group; folder !== "/" && folder !== ""; folder = folder.slice(0, folder.lastIndexOf("/"))) {
    const value = Number((await root.textIfReadable(`${base}${folder}/${file}`))?.trim());
    // Version 1 writes "no limit" as a number near 2^63.
    if (Number.isFinite(value) && value > 0 && value < 2 ** 62) result = Math.min(result ?? value, value);
  }
  return result;
}
