import { notApplicable, type Outcome } from "../kit/outcome.ts";
import { type AuditFacts, auditFacts } from "./audit-rules.ts";
import { type Container, containerFacts, type UnreadContainer, unreadContainers } from "./container-facts.ts";
import { type DaemonSettings, daemonSettings } from "./daemon-settings.ts";
import { type HostEvidence, type HostSection, type ImageScanFact, isFailed } from "./facts.ts";
import { type HostFiles, hostFiles } from "./host-files.ts";
import { type HostImage, imageFacts } from "./image-facts.ts";
import { type ManagedBy, managedBy } from "./managed-host.ts";
import { type Mount, parseMounts } from "./mount-table.ts";

type Present<Section> = Exclude<NonNullable<Section>, { error: unknown }>;
type Info = Present<HostEvidence["info"]>;
type Version = Present<HostEvidence["version"]>;
type Networks = Present<HostEvidence["networks"]>;
type Swarm = Present<HostEvidence["swarm"]>;

/** A Docker host as rules see it: parsed once, every absent section null, so that a rule is a few lines. */
export interface HostFacts {
  evidence: HostEvidence;
  info: Info | null;
  version: Version | null;
  host: HostSection | null;
  networks: Networks | null;
  swarm: Swarm | null;
  engine: {
    isPodman: boolean;
    isRootless: boolean;
    isDesktop: boolean;
    version: string | null;
    hasUserNamespaces: boolean;
  };
  /** Swarm state of this node: inactive, active, pending, locked … */
  swarmState: string;
  isManager: boolean;
  daemon: DaemonSettings;
  daemonExecutable: string | null;
  files: HostFiles;
  audit: AuditFacts;
  mounts: Mount[] | null;
  containers: Container[] | null;
  /** Containers that are there and could not be inspected. */
  unreadContainers: UnreadContainer[];
  images: HostImage[] | null;
  scanOf(image: HostImage): ImageScanFact | null;
  managed: ManagedBy | null;
}

/** Parses evidence. A section that failed or is missing becomes null; nothing is guessed. */
export function hostFacts(evidence: HostEvidence): HostFacts {
  const info = present(evidence.info);
  const version = present(evidence.version);
  const host = present(evidence.host);
  const containers = containerFacts(evidence);
  const unread = unreadContainers(evidence);
  const options = info?.SecurityOptions ?? [];
  const scans = evidence.imageScans ?? {};
  return {
    evidence,
    info,
    version,
    host,
    networks: present(evidence.networks),
    swarm: present(evidence.swarm),
    engine: {
      isPodman: isPodman(info, version),
      isRootless: options.some((option) => option.includes("name=rootless")),
      isDesktop: /docker desktop/i.test(info?.OperatingSystem ?? ""),
      version: version?.Version ?? null,
      hasUserNamespaces: options.some((option) => /name=(userns|rootless)/.test(option)),
    },
    swarmState: info?.Swarm?.LocalNodeState || "inactive",
    isManager: info?.Swarm?.ControlAvailable ?? false,
    daemon: daemonSettings(evidence),
    daemonExecutable: daemonExecutable(host),
    files: hostFiles(host),
    audit: auditFacts(host),
    mounts: host?.mountinfo ? parseMounts(host.mountinfo) : null,
    containers,
    unreadContainers: unread,
    images: imageFacts(evidence, containers && [...containers, ...unread.flatMap(({ listed }) => listed ?? [])]),
    scanOf: (image) =>
      scans[image.id] ?? image.digests.map((digest) => scans[digest]).find((scan) => scan !== undefined) ?? null,
    managed: managedBy(evidence),
  };
}

/** Controls about Docker's files and host settings do not apply to Podman, nor to the machine inside Docker Desktop. */
export function outsideDocker(facts: HostFacts): Outcome | undefined {
  if (facts.engine.isPodman)
    return notApplicable("Podman runs without a daemon: it has no Docker files, sockets or units to judge.");
  return facts.engine.isDesktop
    ? notApplicable("Docker Desktop keeps this inside its own virtual machine.")
    : undefined;
}

function present<Section>(section: Section): Present<Section> | null {
  if (section === undefined || section === null || isFailed(section)) return null;
  // An engine or a host of which nothing is said did not answer; a list may well be empty.
  if (!Array.isArray(section) && Object.keys(section).length === 0) return null;
  // The failed form is the only other member of the union, and it was excluded above.
  return section as Present<Section>;
}

/** The dockerd executable: what the process runs, never a name that merely contains the text. */
function daemonExecutable(host: HostSection | null): string | null {
  if (host?.daemonExe) return current(host.daemonExe);
  const daemons = (host?.processes ?? []).filter(
    ({ exe, comm }) => comm === "dockerd" && current(exe).endsWith("/dockerd"),
  );
  // A daemon inside a container is a dockerd as well: the host's has the arguments that were read.
  const own = daemons.find(({ argv }) => argv?.join("\0") === host?.daemonArgv?.join("\0")) ?? daemons[0];
  if (own?.exe) return current(own.exe);
  const first = host?.daemonArgv?.[0];
  return first?.startsWith("/") ? first : null;
}

/**
 * The containerd executable: that of a process whose file is on this host, else the usual one when it is there, else what
 * runs all the same (its file was not collected, or lies in a container).
 */
export function containerdExecutable({ host, files }: HostFacts): { path: string; isInUse: boolean } {
  const usual = "/usr/bin/containerd";
  const running = (host?.processes ?? [])
    .filter(({ comm, exe }) => comm === "containerd" && current(exe).endsWith("/containerd"))
    .map(({ exe }) => current(exe));
  if (running.includes(usual)) return { path: usual, isInUse: true };
  const own = running.find((exe) => files.find(exe)?.exists);
  if (own) return { path: own, isInUse: true };
  const [first] = running;
  return first && !files.find(usual)?.exists ? { path: first, isInUse: true } : { path: usual, isInUse: false };
}

/**
 * A shim lies where containerd does: the one that runs, the one beside containerd, else the usual one. One beside a containerd
 * elsewhere that was not collected is not known, and never absent.
 */
export function shimExecutable(facts: HostFacts, name: string): { path: string; isInUse: boolean } {
  const running = (facts.host?.processes ?? []).map(({ exe }) => current(exe)).find((exe) => exe.endsWith(`/${name}`));
  if (running && facts.files.find(running)?.exists !== false) return { path: running, isInUse: true };
  const beside = `${containerdExecutable(facts).path.replace(/\/[^/]+$/, "")}/${name}`;
  return { path: beside, isInUse: false };
}

/** The kernel marks an executable that was replaced while it runs. */
const current = (exe: string | null | undefined) => (exe ?? "").replace(/ \(deleted\)$/, "");

/** Podman answers Docker's API: its version says so, and /info carries the version of Buildah. */
function isPodman(info: Info | null, version: Version | null): boolean {
  const isNamed = (version?.Components ?? []).some(({ Name }) => /podman/i.test(Name));
  return isNamed || Boolean(info?.BuildahVersion);
}
