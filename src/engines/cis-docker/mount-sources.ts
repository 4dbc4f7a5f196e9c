// /bin and /sbin are links into /usr on current systems.
const sensitive = ["/boot", "/dev", "/etc", "/lib", "/lib64", "/proc", "/sys", "/usr", "/bin", "/sbin"];
const beyondTheList = ["/root", "/home", "/var/lib/docker", "/var/lib/containerd", "/var/lib/kubelet", "/run"];
const harmlessReadOnly = [
  "/etc/localtime",
  "/etc/timezone",
  "/etc/hostname",
  "/etc/resolv.conf",
  "/usr/share/zoneinfo",
];
const harmless = ["/dev/shm", "/dev/null", "/dev/zero", "/dev/random", "/dev/urandom", "/dev/full", "/dev/tty"];
const runtimeSockets = [
  "/run/docker.sock",
  "/run/containerd/containerd.sock",
  "/run/docker/containerd/containerd.sock",
  "/run/podman/podman.sock",
  "/run/crio/crio.sock",
  "/run/dockershim.sock",
  "/run/cri-dockerd.sock",
];

/** A mount source without trailing slashes and dots, /var/run as /run. */
export function normalSource(source: string): string {
  const parts: string[] = [];
  for (const part of source.split("/")) {
    if (part === "..") parts.pop();
    else if (part !== "" && part !== ".") parts.push(part);
  }
  const path = `/${parts.join("/")}`;
  return path === "/var/run" || path.startsWith("/var/run/") ? path.slice(4) : path;
}

/** Control 5.6: the folder, what lies below it, and /; beyond the benchmark's list also some writable folders. */
export function isSensitive(source: string, isWritable: boolean, further: readonly string[] = []): boolean {
  if (source === "/") return true;
  if (harmless.includes(source)) return false;
  if (!isWritable && harmlessReadOnly.some((path) => isWithin(source, path))) return false;
  if (runtimeSockets.includes(source)) return false;
  if (sensitive.some((folder) => isWithin(source, folder))) return true;
  return isBeyondTheList(source, isWritable, further);
}

/**
 * Folders that the benchmark does not name and that are as sensitive, or a folder that holds one; logs only when they can be
 * written. `further` are those of this host: the data root in use.
 */
export function isBeyondTheList(source: string, isWritable: boolean, further: readonly string[] = []): boolean {
  const folders = [...beyondTheList, ...further, ...(isWritable ? ["/var/log"] : [])];
  return folders.some((folder) => isWithin(folder, source));
}

/** Control 5.32: a runtime's socket, or a folder through which one can be reached. */
export function reachesRuntimeSocket(source: string, further: readonly string[] = []): boolean {
  return (
    [...runtimeSockets, ...further].some((socket) => source === socket || isWithin(socket, source)) ||
    source === "/var" ||
    /\/(docker|containerd|podman|crio)\.sock$/.test(source)
  );
}

function isWithin(path: string, folder: string): boolean {
  return folder === "/" || path === folder || path.startsWith(`${folder}/`);
}
