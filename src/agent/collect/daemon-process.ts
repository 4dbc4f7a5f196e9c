import { readdir, readFile, readlink } from "node:fs/promises";
import type { HostRoot } from "./host-root.ts";
import { inParallel } from "./in-parallel.ts";

/** One process of the host as far as controls care. */
export interface HostProcess {
  pid: number;
  comm: string;
  exe: string | null;
  argv: string[];
  cgroup: string;
}

const interesting =
  /^(dockerd|containerd|docker-proxy|kubelet|fluent-bit|fluentd|vector|filebeat|promtail|alloy|otelcol.*|omsagent|ama-logs|rootlesskit)$/;

/**
 * Processes whose executable (not whose command line) is one that controls look at. A container that merely has the text
 * "dockerd" in its arguments is not among them, and neither is a dockerd that runs inside a container.
 */
export function interestingProcesses(root: HostRoot): Promise<HostProcess[]> {
  return processesNamed(root, interesting);
}

/** Processes of the host by the name of what they run. */
export async function processesNamed(root: HostRoot, name: RegExp): Promise<HostProcess[]> {
  const pids = (await readdir(root.at("/proc")).catch(() => [])).filter((name) => /^\d+$/.test(name)).map(Number);
  const found = await inParallel(pids, async (pid): Promise<HostProcess[]> => {
    const comm = (await readFile(root.at(`/proc/${pid}/comm`), "utf8").catch(() => "")).trim();
    if (!name.test(comm)) return [];
    const cgroup = await readFile(root.at(`/proc/${pid}/cgroup`), "utf8").catch(() => "");
    const argv = (await readFile(root.at(`/proc/${pid}/cmdline`), "utf8").catch(() => ""))
      .split("\u0000")
      .filter((word, index, all) => word !== "" || index < all.length - 1);
    const exe = await readlink(root.at(`/proc/${pid}/exe`)).catch(() => null);
    return [{ pid, comm, exe: exe?.replace(/ \(deleted\)$/, "") ?? null, argv, cgroup }];
  });
  return found.flat();
}

/** True for a process of a container, whatever started that. */
export function isContained({ cgroup }: HostProcess): boolean {
  return /\/(docker|kubepods|libpod)[/-][^\n]*[0-9a-f]{12}/.test(cgroup);
}

/** The dockerd that serves `socketPath`: the one whose open files hold the listening socket, else the only one there is. */
export async function daemonOf(
  root: HostRoot,
  processes: HostProcess[],
  socketPath: string,
): Promise<HostProcess | undefined> {
  const daemons = processes.filter((process) => process.comm === "dockerd" && !isContained(process));
  const names = [socketPath, socketPath.replace(/^\/var\/run\//, "/run/"), socketPath.replace(/^\/run\//, "/var/run/")];
  for (const daemon of daemons) {
    // Sockets are listed by network namespace, and a rootless daemon has one of its own.
    const unix = await root.textIfReadable(`/proc/${daemon.pid}/net/unix`);
    const inodes = (unix ?? "").split("\n").flatMap((line) => {
      const fields = line.trim().split(/\s+/);
      return fields[7] && names.includes(fields[7]) && fields[6] ? [fields[6]] : [];
    });
    const sockets = await openSockets(root, daemon.pid);
    if (inodes.some((inode) => sockets.has(inode))) return daemon;
  }
  // Without the right to see open files: the one that was told this socket, else the only one that was told no other.
  const owner = (await root.file(socketPath)).uid;
  const own: HostProcess[] = [];
  for (const daemon of daemons) if (owner === undefined || (await uidOf(root, daemon.pid)) === owner) own.push(daemon);
  const told = ({ argv }: HostProcess) => argvHosts(argv).filter((host) => host.startsWith("unix://"));
  return (
    own.find((daemon) => told(daemon).some((host) => names.includes(host.slice("unix://".length)))) ??
    (own.length === 1 && own[0] && told(own[0]).length === 0 ? own[0] : undefined)
  );
}

/** The user a process runs as, in the host's numbers; undefined when it cannot be read. */
export async function uidOf(root: HostRoot, pid: number): Promise<number | undefined> {
  const uid = /^Uid:\s+(\d+)/m.exec((await root.textIfReadable(`/proc/${pid}/status`)) ?? "")?.[1];
  return uid === undefined ? undefined : Number(uid);
}

/** Inodes of the sockets a process holds, with the descriptor each has. */
export async function openSockets(root: HostRoot, pid: number): Promise<Map<string, string>> {
  const sockets = new Map<string, string>();
  for (const descriptor of await readdir(root.at(`/proc/${pid}/fd`)).catch(() => [])) {
    const target = await readlink(root.at(`/proc/${pid}/fd/${descriptor}`)).catch(() => "");
    const inode = /^socket:\[(\d+)\]$/.exec(target)?.[1];
    if (inode) sockets.set(inode, descriptor);
  }
  return sockets;
}

/**
 * Listening TCP sockets of a process as lines of `ss -lntp`. Read from the process's own network namespace, because the
 * agent may run in another one.
 */
export async function listeningSockets(root: HostRoot, daemon: Pick<HostProcess, "pid" | "comm">): Promise<string[]> {
  const sockets = await openSockets(root, daemon.pid);
  const lines: string[] = [];
  for (const table of ["tcp", "tcp6"]) {
    const text = await root.textIfReadable(`/proc/${daemon.pid}/net/${table}`);
    for (const row of (text ?? "").split("\n").slice(1)) {
      const fields = row.trim().split(/\s+/);
      const descriptor = fields[9] ? sockets.get(fields[9]) : undefined;
      if (fields[3] !== "0A" || descriptor === undefined) continue;
      lines.push(
        `LISTEN 0 4096 ${address(fields[1] ?? "")} ${table === "tcp" ? "0.0.0.0" : "[::]"}:* users:(("${daemon.comm}",pid=${daemon.pid},fd=${descriptor}))`,
      );
    }
  }
  return lines;
}

/** `0100007F:0050` (little-endian hexadecimal) as `127.0.0.1:80`. */
function address(hex: string): string {
  const [host = "", port = ""] = hex.split(":");
  const number = Number.parseInt(port, 16);
  if (host.length === 8) {
    const bytes =
      host
        .match(/../g)
        ?.reverse()
        .map((pair) => Number.parseInt(pair, 16)) ?? [];
    return `${bytes.join(".")}:${number}`;
  }
  const words = (host.match(/.{8}/g) ?? []).map((word) => word.match(/../g)?.reverse().join("") ?? "").join("");
  const groups = words.match(/.{4}/g)?.map((group) => Number.parseInt(group, 16).toString(16)) ?? [];
  const isAny = groups.every((group) => group === "0");
  return `[${isAny ? "::" : groups.join(":")}]:${number}`;
}

/** What a dockerd was told to listen on. */
export function argvHosts(argv: string[]): string[] {
  return argv.flatMap((word, index) => {
    const match = /^(?:-H|--host)(?:=(.*))?$/.exec(word);
    return match ? [match[1] ?? argv[index + 1] ?? ""] : [];
  });
}
