import { argvHosts, type HostProcess } from "./daemon-process.ts";
import type { CollectedFile, HostRoot } from "./host-root.ts";

const unitFolders = [
  "/etc/systemd/system",
  "/run/systemd/system",
  "/usr/local/lib/systemd/system",
  "/lib/systemd/system",
  "/usr/lib/systemd/system",
];

const userUnitFolders = [
  "/etc/systemd/user",
  "/run/systemd/user",
  "/usr/local/lib/systemd/user",
  "/usr/lib/systemd/user",
];

/** Unit files of the engine, those of the unit that it was really started from included: snaps have one of their own. */
export async function collectUnits(root: HostRoot, daemon: HostProcess | undefined, user: { config: string } | null) {
  const own = daemon ? unitOf(daemon) : null;
  const names = new Set(["docker.service", "docker.socket", "containerd.service", ...(own ? [own] : [])]);
  const found = [...names].map(async (name) => [name, await unitFiles(root, name, user)] as const);
  return Object.fromEntries(await Promise.all(found));
}

/** The service whose cgroup a process is in; null for one of a session or of no unit. */
export function unitOf({ cgroup }: HostProcess): string | null {
  return /\/([\w@.:\\-]+\.service)(?:\/[^\n]*)?$/m.exec(cgroup)?.[1] ?? null;
}

/** Every Unix socket that the daemon was told to open. */
export function daemonSockets(
  argv: string[] | null,
  config: Record<string, unknown>,
  units: Record<string, CollectedFile[]>,
): string[] {
  const written = Array.isArray(config.hosts) ? config.hosts.map(String) : [];
  const told = [...argvHosts(argv ?? []), ...written].flatMap((host) =>
    host.startsWith("unix:///") ? [host.slice("unix://".length)] : [],
  );
  const streams = (units["docker.socket"] ?? []).flatMap((file) =>
    "text" in file && typeof file.text === "string"
      ? [...file.text.matchAll(/^\s*ListenStream=(\/.*)$/gm)].map(([, path]) => (path ?? "").trim())
      : [],
  );
  return [...told, ...streams];
}

async function unitFiles(root: HostRoot, name: string, user: { config: string } | null): Promise<CollectedFile[]> {
  const folders = user ? [`${user.config}/systemd/user`, ...userUnitFolders] : unitFolders;
  const dropIns = await Promise.all(
    folders.map(async (folder) =>
      (await root.names(`${folder}/${name}.d`))
        .filter((entry) => entry.endsWith(".conf"))
        .map((entry) => `${folder}/${name}.d/${entry}`),
    ),
  );
  const paths = [...folders.map((folder) => `${folder}/${name}`), ...dropIns.flat()];
  const found = (await Promise.all(paths.map((path) => root.file(path)))).filter((file) => file.exists);
  // Of unit files the first in the search order is in effect; drop-ins all are.
  const isUnit = (file: CollectedFile) => file.path.endsWith(`/${name}`);
  const unit = found.find(isUnit);
  const sameUnit = found.filter((file) => isUnit(file) && file.real === unit?.real);
  const inEffect = [...sameUnit, ...found.filter((file) => !isUnit(file))];
  return Promise.all(
    inEffect.map(async (file) => {
      // Only where a socket is opened and whose it is: units may hold secrets in Environment=.
      const lines = (await root.textIfReadable(file.path))
        ?.split("\n")
        .filter((text) => /^\s*(ListenStream|SocketGroup|SocketUser|SocketMode)=/.test(text));
      return lines?.length ? { ...file, text: lines.join("\n") } : file;
    }),
  );
}
