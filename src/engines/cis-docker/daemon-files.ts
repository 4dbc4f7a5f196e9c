import type { FileFact } from "./facts.ts";
import type { HostFacts } from "./host-facts.ts";
import { isAbsent } from "./host-files.ts";

/** The file of a TLS option (`tlscacert`, `tlscert`, `tlskey`), in either form of the argument; empty without TLS. */
export function tlsFile(facts: HostFacts, option: string): (FileFact | string)[] {
  if (!facts.daemon.isReadable) return ["the daemon's arguments and configuration file"];
  const path = facts.daemon.text(option, "").value || defaultTlsFile(facts, option);
  if (!path) return [];
  const collected = facts.host?.tls?.[option];
  if (collected && typeof collected === "object") return [collected];
  return [facts.files.find(path) ?? path];
}

/** Where dockerd looks for a TLS file that no option names: the home directory of root, when TLS is on. */
export function defaultTlsFile(facts: HostFacts, option: string): string {
  const isOn = facts.daemon.flag("tlsverify", false).value || facts.daemon.flag("tls", false).value;
  const collected = facts.host?.tls?.[option];
  if (isOn && typeof collected === "object" && collected?.exists) return collected.path;
  const path = `/root/.docker/${{ tlscacert: "ca", tlscert: "cert", tlskey: "key" }[option] ?? option}.pem`;
  return isOn && facts.files.find(path)?.exists ? path : "";
}

/** The daemon's configuration file in use, and the usual one beside it when that exists too. */
export function configurationFiles({ daemon, files }: HostFacts): (FileFact | string)[] {
  const unnamed = daemon.isConfigPathKnown ? [] : ["the daemon's arguments"];
  const usual = files.find("/etc/docker/daemon.json");
  const found = files.find(daemon.configPath);
  // Its text was read, so it is there: metadata that says otherwise looked in another place (a link out of the root given).
  const isElsewhere = found !== undefined && isAbsent(found) && daemon.hasConfigText;
  const used = found && !isElsewhere ? found : daemon.configPath;
  return usual?.exists && used !== usual ? [used, usual, ...unnamed] : [used, ...unnamed];
}

/** Paths of the Unix sockets the daemon listens on: every `unix://` host, what systemd opens for it, else the usual one. */
export function socketPaths(facts: HostFacts): string[] {
  const hosts = facts.daemon.list("host", "hosts").value;
  const usual = defaultSocket(facts);
  const own = hosts
    .filter((address) => address.startsWith("unix://"))
    .map((address) => address.slice("unix://".length) || usual);
  const isActivated = hosts.length === 0 || hosts.some((address) => address.startsWith("fd://"));
  const opened = isActivated ? listenStreams(facts).filter((address) => address.startsWith("/")) : [];
  const all = [...own, ...opened];
  if (all.length > 0) return [...new Set(all)];
  return hosts.length > 0 && !isActivated ? [] : [usual];
}

/** Where dockerd listens without being told: a rootless one in its user's folder, where it was found. */
function defaultSocket({ engine, host }: HostFacts): string {
  const uid = host?.daemonUid ?? "";
  const own = host?.socket ?? (/^[1-9]\d*$/.test(uid) ? `/run/user/${uid}/docker.sock` : null);
  return (engine.isRootless && own) || "/var/run/docker.sock";
}

/** `ListenStream=` of docker.socket and its drop-ins; an empty value forgets those before it. */
export function listenStreams({ files }: HostFacts): string[] {
  let found: string[] = [];
  for (const { text } of files.unit("docker.socket") ?? []) {
    for (const match of (text ?? "").matchAll(/^\s*ListenStream=(.*)$/gm)) {
      const value = (match[1] ?? "").trim().replace(/^%t\//, "/run/");
      found = value === "" ? [] : [...found, value];
    }
  }
  return found;
}

/** The Unix sockets the daemon listens on, with what was read of each. */
export function dockerSockets(facts: HostFacts): (FileFact | string)[] {
  // Without the arguments there may be further ones.
  const isWhole =
    facts.daemon.hasArguments && !facts.daemon.list("host", "hosts").value.some((address) => address.startsWith("-"));
  const unnamed = isWhole ? [] : ["the daemon's arguments"];
  return [...socketPaths(facts).map((path) => facts.files.find(path) ?? path), ...unnamed];
}

/** The group named docker in the host's group file; null when it is not known. */
export function socketGroup(facts: HostFacts): { gid: number; name: string } | null {
  const lines = [...(facts.host?.groups ?? []), facts.host?.groupDocker ?? ""];
  const line = lines.find((entry) => entry.startsWith("docker:"));
  const [name, , gid] = line?.split(":") ?? [];
  if (name && gid && /^\d+$/.test(gid)) return { gid: Number(gid), name };
  // A group file that was read and has no such group leaves root as the only right owner.
  return facts.host?.groupDocker === null || facts.host?.groupDocker === undefined ? null : { gid: 0, name: "docker" };
}

/** The containerd socket in use: dockerd's argument, the system's, else the one dockerd starts by itself. */
export function containerdSocket(facts: HostFacts): (FileFact | string)[] {
  const address = facts.daemon.text("containerd", "").value.replace(/^unix:\/\//, "");
  const system = "/run/containerd/containerd.sock";
  if (address) return [facts.files.find(address) ?? address];
  const started = facts.files.find(`${facts.daemon.text("exec-root", "").value}/containerd/containerd.sock`);
  const own = started?.exists ? started : facts.files.find("/run/docker/containerd/containerd.sock");
  const shared = facts.files.find(system);
  if (own?.exists && !shared?.exists) return [own];
  return [shared ?? system];
}

/**
 * Unit files and drop-ins that the daemon was started from, whatever the unit is called: distributions and snaps have names of
 * their own. A unit that is known by name and was not collected is said, never taken for none.
 */
export function daemonUnitFiles({ files, host }: HostFacts): (FileFact | string)[] {
  if (!host?.units) return ["the unit files of docker.service"];
  const named = host.daemonUnit?.endsWith(".service") ? host.daemonUnit : null;
  if (named) return host.units[named] ? (files.unit(named) ?? []) : [`the unit files of ${named} (not collected)`];
  const usual = files.unit("docker.service") ?? [];
  if (usual.length > 0) return usual;
  const others = Object.keys(host.units).filter((name) =>
    /^(?:snap\.)?(?:docker|dockerd|moby)[\w@.-]*\.service$/.test(name),
  );
  const found = others.flatMap((name) => files.unit(name) ?? []);
  const isSnap = (host.daemonExe ?? host.daemonArgv?.[0] ?? "").startsWith("/snap/");
  return found.length === 0 && isSnap ? ["the unit files of the snap docker (not collected)"] : found;
}
