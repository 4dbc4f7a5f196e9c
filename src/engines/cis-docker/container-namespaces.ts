import type { Container } from "./container-facts.ts";
import type { HostFacts } from "./host-facts.ts";

export type NamespaceKind = "NetworkMode" | "PidMode" | "IpcMode";

/**
 * Where a container's namespace really comes from: follows `container:<id or name>` until another mode or a cycle.
 * Returns the final mode and the names passed on the way; `isLost` when the container it joins is not in the evidence.
 */
function resolveMode(
  container: Container,
  kind: NamespaceKind,
  all: readonly Container[],
): { mode: string; through: string[]; last: Container; isLost: boolean } {
  const through: string[] = [];
  const seen = new Set<string>();
  let current = container;
  for (;;) {
    const mode = current.inspect.HostConfig[kind] ?? "";
    const target = mode.startsWith("container:") ? mode.slice("container:".length) : undefined;
    if (target === undefined || seen.has(current.id)) return { mode, through, last: current, isLost: false };
    seen.add(current.id);
    const next =
      all.find((other) => other.id === target || other.name === target) ??
      all.find((other) => other.id.startsWith(target));
    if (!next) return { mode, through, last: current, isLost: true };
    through.push(next.name);
    current = next;
  }
}

/** The container whose network this one is in: itself, or the one it joined in the end as far as it is known. */
export function networkOwner(container: Container, all: readonly Container[]): Container {
  return resolveMode(container, "NetworkMode", all).last;
}

/** Whose namespace a container is in, in words; `isHosts` is null when it cannot be told. */
export interface NamespaceOrigin {
  isHosts: boolean | null;
  words: string;
}

const links = { NetworkMode: "net", PidMode: "pid", IpcMode: "ipc" } as const;

/**
 * Tells whether a container shares a namespace of the host. What the kernel says of its process decides; else its mode does,
 * which may name the host's network by an id of its own, or another container.
 */
export function namespaceOrigin(
  container: Container,
  kind: NamespaceKind,
  { facts, containers }: { facts: HostFacts; containers: readonly Container[] },
): NamespaceOrigin {
  const { mode, through, last, isLost } = resolveMode(container, kind, containers);
  const chain = through.length > 0 ? ` through ${through.join(", ")}` : "";
  const shared = sharesLink(container, links[kind], facts);
  if (shared) return { isHosts: true, words: `host${chain}` };
  const isHostMode =
    mode === "host" || (kind === "NetworkMode" && [container, last].some((one) => isOnHostNetwork(one, mode, facts)));
  if (isHostMode) return { isHosts: true, words: `host${chain}` };
  const words = `${mode || "its own"}${chain}`;
  // What it joined is gone or was not read: whose namespace that is, only the kernel can tell.
  return { isHosts: isLost && shared === null ? null : false, words };
}

/** True when the kernel shows the same namespace for the container and the host's first process; null when not read. */
export function sharesLink(container: Container, name: string, { host }: HostFacts): boolean | null {
  const own = container.process?.namespaces?.[name];
  const hosts = host?.namespaces?.[name];
  return own && hosts ? own === hosts : null;
}

/** A swarm task, or a container that named the network by its id, joins the network "host" without saying so in its mode. */
function isOnHostNetwork({ inspect }: Container, mode: string, { networks }: HostFacts): boolean {
  const joined = inspect.NetworkSettings?.Networks ?? {};
  if ("host" in joined) return true;
  const hostIds = (networks ?? []).filter(({ Driver }) => Driver === "host").map(({ Id }) => Id);
  const named = [mode, ...Object.values(joined).map((network) => network?.NetworkID ?? "")];
  return hostIds.some((id) => named.some((name) => name === id || (name.length >= 12 && id.startsWith(name))));
}
