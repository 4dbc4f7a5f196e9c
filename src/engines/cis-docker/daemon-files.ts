import type { FileFact } from "./facts.ts";
import type { HostFacts } from "./host-facts.ts";

/** The file of a TLS option (`tlscacert`, `tlscert`, `tlskey`), in either form of the argument; empty without TLS. */
export function tlsFile(facts: HostFacts, option: string): (FileFact | string)[] {
  const path = facts.daemon.text(option, "").value;
  if (!path) return [];
  const collected = facts.host?.tls?.[option];
  if (collected && typeof collected === "object") return [collected];
  return [facts.files.find(path) ?? path];
}

/** The Unix sockets the daemon listens on: every `unix://` host, else the usual one. */
export function dockerSockets(facts: HostFacts): (FileFact | string)[] {
  const hosts = facts.daemon.list("host", "hosts").value.filter((address) => address.startsWith("unix://"));
  const paths = hosts.length > 0 ? hosts.map((address) => address.slice("unix://".length)) : ["/var/run/docker.sock"];
  return paths.map((path) => facts.files.find(path) ?? path);
}

/** The group that may own the Docker socket: the one configured (`-G`, `group`), by the host's group file. */
export function socketGroup(facts: HostFacts): { gid: number; name: string } | null {
  const line = facts.host?.groupDocker;
  const [name, , gid] = line?.split(":") ?? [];
  return name && gid && /^\d+$/.test(gid) ? { gid: Number(gid), name } : null;
}

/** The containerd socket in use: dockerd's argument, the system's, else the one dockerd starts by itself. */
export function containerdSocket(facts: HostFacts): (FileFact | string)[] {
  const address = facts.daemon.text("containerd", "").value;
  const system = "/run/containerd/containerd.sock";
  if (address) return [facts.files.find(address) ?? address];
  const own = facts.files.find("/run/docker/containerd/containerd.sock");
  const shared = facts.files.find(system);
  if (own?.exists && !shared?.exists) return [own];
  return [shared ?? system];
}
