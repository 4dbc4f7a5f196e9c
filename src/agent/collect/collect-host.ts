import { execFile } from "node:child_process";
import { readdir, readFile } from "node:fs/promises";
import { promisify } from "node:util";
import { containerListening, namespacesOf } from "./container-ports.ts";
import { containerProcesses } from "./container-processes.ts";
import {
  daemonOf,
  type HostProcess,
  interestingProcesses,
  isContained,
  listeningSockets,
  uidOf,
} from "./daemon-process.ts";
import { socketGroups } from "./host-groups.ts";
import { type CollectedFile, errorCode, type HostRoot } from "./host-root.ts";
import { type HostUser, userOf } from "./host-user.ts";
import { managedSignals } from "./managed-signals.ts";
import { mountSources } from "./mount-sources.ts";
import { collectUnits, daemonSockets, unitOf } from "./unit-files.ts";

const run = promisify(execFile);

const files = [
  "/etc/docker",
  "/etc/docker/daemon.json",
  "/etc/default/docker",
  "/etc/sysconfig/docker",
  "/var/run/docker.sock",
  "/run/containerd/containerd.sock",
  "/run/docker/containerd/containerd.sock",
  "/run/containerd",
  "/etc/containerd/config.toml",
  "/usr/bin/dockerd",
  "/usr/sbin/dockerd",
  "/usr/bin/containerd",
  "/usr/bin/containerd-shim",
  "/usr/bin/containerd-shim-runc-v1",
  "/usr/bin/containerd-shim-runc-v2",
  "/usr/bin/runc",
  "/usr/sbin/runc",
  "/usr/local/sbin/runc",
  "/root/.docker/ca.pem",
  "/root/.docker/cert.pem",
  "/root/.docker/key.pem",
];
export interface HostCollection {
  root: HostRoot;
  socketPath: string;
  engine: Record<string, unknown>;
}

/** Everything controls read outside the engine API, read-only. What cannot be read is said, section by section. */
export async function collectHost({ root, socketPath, engine }: HostCollection): Promise<object> {
  const processes = await interestingProcesses(root);
  const daemon = await daemonOf(root, processes, socketPath);
  const argv = daemon?.argv ?? null;
  const user = await daemonUser(root, daemon, socketPath);
  const configFilePath = optionOf(argv, "config-file") ?? `${user?.config ?? "/etc"}/docker/daemon.json`;
  const info = objectOf(engine.info);
  const config = parsedOrEmpty(await configText(root, configFilePath, user));
  const units = await collectUnits(root, daemon, user);
  const sockets = [socketPath, ...daemonSockets(argv, config, units)];
  const group = await socketGroups(
    root,
    sockets,
    optionOf(argv, "group") ?? optionOf(argv, "G") ?? textOf(config.group),
  );
  const states = await containerProcesses(root, engine.containersInspect);
  const namespaces = await namespacesOf(root, 1);
  const ofDaemon = daemon ? await namespacesOf(root, daemon.pid) : namespaces;
  const paths = [
    ...new Set([
      ...files,
      ...sockets,
      configFilePath,
      ...containerdFiles(processes),
      textOf(info.DockerRootDir),
      daemon?.exe,
      optionOf(argv, "containerd"),
      // The containerd that dockerd starts by itself.
      `${optionOf(argv, "exec-root") ?? "/run/docker"}/containerd/containerd.sock`,
      ...runtimePaths(info),
    ]),
  ];
  return {
    hostname: (await root.textIfReadable("/etc/hostname"))?.trim() ?? textOf(info.Name),
    uid: process.getuid?.() ?? null,
    ...group,
    processes: processes.map(({ pid, comm, exe, argv: words }) => ({
      pid,
      comm,
      exe,
      argv: comm === "dockerd" || comm === "containerd" ? words : words.slice(0, 1),
    })),
    daemonUid: daemon ? (await uidOf(root, daemon.pid))?.toString() : null,
    daemonArgv: argv,
    daemonExe: daemon?.exe,
    socket: socketPath,
    agentContainer: await ownContainer(),
    configFilePath,
    configFile: (await configText(root, configFilePath, user)) ?? null,
    files: await filesWithAcl(
      root,
      paths.flatMap((path) => (path ? [path] : [])),
    ),
    mountSources: await mountSources(root, engine.containersInspect, engine.pluginsVolumes),
    certsD: await certificates(root, `${user?.config ?? "/etc"}/docker/certs.d`),
    tls: await tlsFiles(root, argv, config),
    units,
    daemonUnit: daemon ? unitOf(daemon) : null,
    mountinfo: (await root.textIfReadable("/proc/1/mountinfo"))?.trim().split("\n") ?? null,
    audit: await auditRules(root),
    env: await contentTrust(root),
    listening: daemon ? await listeningSockets(root, daemon) : null,
    containerListening: await containerListening(root, states, ofDaemon),
    namespaces,
    lsm: (await root.textIfReadable("/sys/kernel/security/lsm"))?.trim() ?? null,
    selinux: enforcing(await root.textIfReadable("/sys/fs/selinux/enforce")),
    cgroup2: (await root.textIfReadable("/sys/fs/cgroup/cgroup.controllers")) !== undefined,
    kernel: (await root.textIfReadable("/proc/version"))?.trim() ?? null,
    osRelease:
      (await root.textIfReadable("/etc/os-release")) ?? (await root.textIfReadable("/usr/lib/os-release")) ?? null,
    containerProcesses: states,
    managed: await managedSignals(root, processes),
  };
}

/** The containerd that runs, wherever it was installed, and the shims beside it. */
function containerdFiles(processes: readonly HostProcess[]): string[] {
  const running = processes.filter((process) => process.comm === "containerd" && !isContained(process));
  return running.flatMap(({ exe }) => {
    if (!exe) return [];
    const folder = exe.slice(0, exe.lastIndexOf("/"));
    return [exe, ...["", "-runc-v1", "-runc-v2"].map((suffix) => `${folder}/containerd-shim${suffix}`)];
  });
}

/** Who a daemon that is not root's runs as, and where it keeps its configuration (`~/.config`). */
type DaemonUser = HostUser & { config: string };

/** The user of a rootless daemon: the process's, or without that right the owner of its socket. Null for root's. */
async function daemonUser(
  root: HostRoot,
  daemon: HostProcess | undefined,
  socketPath: string,
): Promise<DaemonUser | null> {
  const uid = (daemon && (await uidOf(root, daemon.pid))) ?? (await root.file(socketPath)).uid ?? 0;
  if (uid === 0) return null;
  const user = await userOf(root, uid);
  return { ...user, config: `${user.home ?? "/nonexistent"}/.config` };
}

function configText(root: HostRoot, path: string, user: DaemonUser | null): Promise<string | undefined> {
  return user ? root.textOfUser(path, user.uid) : root.textIfReadable(path);
}

/**
 * The id of the container that this process runs in: the engine mounts /etc/hostname and its like from a folder of that
 * name. A label can be given to any container; this cannot.
 */
async function ownContainer(): Promise<string | null> {
  const mounts = await readFile("/proc/self/mountinfo", "utf8").catch(() => "");
  const id = /\/(?:containers|overlay-containers)\/([0-9a-f]{64})\/\S* \/etc\/(?:hostname|hosts|resolv\.conf) /.exec(
    mounts,
  )?.[1];
  return id ?? null;
}

/** Value of a dockerd option in either form of the argument. */
export function optionOf(argv: readonly string[] | null, name: string): string | undefined {
  const flag = name.length === 1 ? `-${name}` : `--${name}`;
  for (const [index, word] of (argv ?? []).entries()) {
    if (word === flag) return argv?.[index + 1];
    if (word.startsWith(`${flag}=`)) return word.slice(flag.length + 1);
  }
  return undefined;
}

/** Metadata of files with their ACL entries; one `getfacl` for all. Without it the mode bits still tell the mask. */
async function filesWithAcl(root: HostRoot, paths: string[]): Promise<(CollectedFile & { acl?: string[] })[]> {
  const files = await Promise.all(paths.map((path) => root.file(path)));
  const present = files.filter((file) => file.exists).map((file) => root.at(file.real ?? file.path));
  if (present.length === 0) return files;
  // One file that cannot be read makes it end with an error, yet it prints the others.
  const printed = await run("getfacl", ["-p", "--", ...present], { timeout: 5000 }).then(
    ({ stdout }) => stdout,
    (error: unknown) => (error instanceof Error && "stdout" in error ? String(error.stdout) : ""),
  );
  const entries = new Map<string, string[]>();
  for (const block of printed.split("\n\n")) {
    const lines = block.split("\n");
    const path = /^# file: (.*)$/.exec(lines[0] ?? "")?.[1];
    const extra = lines.filter((line) => /^(user|group):[^:]+:/.test(line));
    // The owning group's own entry: with an ACL the group bits of the mode are only its mask.
    const own = lines.filter((line) => line.startsWith("group::"));
    if (path && extra.length > 0) entries.set(path, [...extra, ...own]);
  }
  return files.map((file) => {
    const acl = entries.get(root.at(file.real ?? file.path));
    return acl ? { ...file, acl } : file;
  });
}

async function certificates(root: HostRoot, place: string): Promise<CollectedFile[]> {
  const top = await root.file(place);
  const readable = await readdir(root.at(place)).then(
    () => true,
    (error: unknown) => errorCode(error) === "ENOENT",
  );
  // A folder that cannot be listed is said, not taken for an empty one.
  if (!readable) return [{ ...top, exists: false, code: "EACCES", type: "file" }];
  const folders = await root.names(place);
  const found = await Promise.all(
    folders.map(async (folder) => (await root.names(`${place}/${folder}`)).map((name) => `${place}/${folder}/${name}`)),
  );
  return Promise.all(
    found
      .flat()
      .slice(0, 1000)
      .map((path) => root.file(path)),
  );
}

async function tlsFiles(root: HostRoot, argv: string[] | null, config: Record<string, unknown>) {
  const entries = ["tlscacert", "tlscert", "tlskey"].map(async (name) => {
    const path = optionOf(argv, name) ?? textOf(config[name]);
    return [name, path ? await root.file(path) : null] as const;
  });
  return Object.fromEntries(await Promise.all(entries));
}

async function auditRules(root: HostRoot) {
  const listing = await listAuditRules("-l");
  const status = await listAuditRules("-s");
  const names = (await root.names("/etc/audit/rules.d")).filter((name) => name.endsWith(".rules"));
  const texts = await Promise.all(
    names.map(async (name) => [name, (await root.textIfReadable(`/etc/audit/rules.d/${name}`)) ?? null] as const),
  );
  return {
    auditctlPresent: listing !== null,
    auditctl: listing,
    auditctlStatus: status?.rc === 0 ? status.out : null,
    // A host without audit rules is known to have none; only rules that exist and cannot be read are unknown.
    auditRules: await root.text("/etc/audit/audit.rules").then(
      (text) => text ?? "",
      () => null,
    ),
    rulesD: Object.fromEntries(texts),
  };
}

/** Runs `auditctl`; null when this host has none. A refusal (container, missing capability) is kept with its words. */
async function listAuditRules(option: string): Promise<{ rc: number; out: string; err: string } | null> {
  for (const program of ["/sbin/auditctl", "/usr/sbin/auditctl"]) {
    try {
      const { stdout, stderr } = await run(program, [option], { timeout: 5000 });
      return { rc: 0, out: stdout, err: stderr };
    } catch (error) {
      if (errorCode(error) === "ENOENT") continue;
      const failed = error instanceof Error ? error : new Error(String(error));
      return {
        rc: "code" in failed && typeof failed.code === "number" ? failed.code : 255,
        out: "",
        err: "stderr" in failed ? String(failed.stderr) : failed.message,
      };
    }
  }
  return null;
}

async function contentTrust(root: HostRoot) {
  const only = (text: string | undefined) =>
    text
      ?.split("\n")
      .filter((line) => line.includes("DOCKER_CONTENT_TRUST"))
      .join("\n") ?? null;
  const scripts = (await root.names("/etc/profile.d")).filter((name) => name.endsWith(".sh"));
  const texts = await Promise.all(scripts.map((name) => root.textIfReadable(`/etc/profile.d/${name}`)));
  return {
    DOCKER_CONTENT_TRUST: null,
    etcEnvironment: only((await root.textIfReadable("/etc/environment")) ?? ""),
    profileD: only(texts.join("\n")),
  };
}

/** Where the default runtime may lie: its path, or its name in the usual folders. */
function runtimePaths(info: Record<string, unknown>): string[] {
  const path = textOf(objectOf(objectOf(info.Runtimes)[textOf(info.DefaultRuntime) ?? "runc"]).path);
  if (!path) return [];
  if (path.startsWith("/")) return [path];
  return ["/usr/bin", "/usr/sbin", "/usr/local/bin", "/usr/local/sbin"].map((folder) => `${folder}/${path}`);
}

const enforcing = (text: string | undefined) =>
  text === undefined ? null : text.trim() === "1" ? "Enforcing" : "Permissive";
const textOf = (value: unknown) => (typeof value === "string" ? value : undefined);
const objectOf = (value: unknown): Record<string, unknown> =>
  typeof value === "object" && value !== null ? { ...value } : {};

function parsedOrEmpty(text: string | undefined): Record<string, unknown> {
  try {
    return objectOf(JSON.parse(text ?? "{}"));
  } catch {
    return {};
  }
}
