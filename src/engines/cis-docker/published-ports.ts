import type { ItemOutcome } from "../kit/item-rule.ts";
import type { Container } from "./container-facts.ts";
import { namespaceOrigin } from "./container-namespaces.ts";
import { isFailed } from "./facts.ts";
import type { HostFacts } from "./host-facts.ts";

export interface PublishedPort {
  containerPort: string;
  hostIp: string;
  hostPort: number;
  pointer: string;
}

/** Ports published on the host: what is in effect, else (stopped containers) what is configured. */
export function publishedPorts(container: Container): PublishedPort[] {
  const { NetworkSettings, HostConfig } = container.inspect;
  const effective = NetworkSettings?.Ports ?? {};
  const hasEffective = Object.values(effective).some((bindings) => (bindings?.length ?? 0) > 0);
  // Published ports have no effect in a network that is not the container's own.
  const isShared = /^(host|none|container:.*)$/.test(HostConfig.NetworkMode ?? "");
  const isKnown = container.isActive && (isShared || Boolean(NetworkSettings?.Ports));
  const source = hasEffective ? effective : isKnown ? {} : (HostConfig.PortBindings ?? {});
  const base = `${container.pointer}/${hasEffective ? "NetworkSettings/Ports" : "HostConfig/PortBindings"}`;
  return Object.entries(source).flatMap(([containerPort, bindings]) =>
    (bindings ?? []).map((binding, index) => ({
      containerPort,
      hostIp: binding.HostIp ?? "",
      hostPort: Number(binding.HostPort ?? 0),
      pointer: `${base}/${containerPort.replaceAll("/", "~1")}/${index}`,
    })),
  );
}

/** A port that is open on the host: published by a container or a service, or opened by one on the host's network. */
export interface OpenPort {
  path: string;
  pointer: string;
  hostIp: string;
  hostPort: number;
}

/**
 * Ports of a container that is on the host's network, which publishes none: what its processes listen on. Null when it is
 * there and nobody looked; empty when it is not on the host's network, or listens on nothing.
 */
export function hostNetworkPorts(
  container: Container,
  context: { facts: HostFacts; containers: readonly Container[] },
): OpenPort[] | null {
  if (namespaceOrigin(container, "NetworkMode", context).isHosts !== true) return [];
  const { host } = context.facts;
  const pids = new Set([container.process?.pid ?? 0, container.inspect.State.Pid ?? 0, ...container.pids]);
  pids.delete(0);
  const lines = [
    ...(host?.containerListening ?? []).map((line, index) => ({ line, pointer: `/host/containerListening/${index}` })),
    ...(host?.listening ?? []).map((line, index) => ({ line, pointer: `/host/listening/${index}` })),
  ];
  const own = lines.filter(({ line }) => [...line.matchAll(/pid=(\d+)/g)].some(([, pid]) => pids.has(Number(pid))));
  // Lines of other programs than the engine's are there only where every program's were collected.
  const isWhole =
    host?.containerListening != null || lines.some(({ line }) => !/"(?:dockerd|docker-proxy)"/.test(line));
  // Without the list of its processes a socket may be that of a child nobody knows.
  const isToldApart = container.pids.length > 0 || lines.length === 0;
  if (own.length === 0 && !(isWhole && isToldApart)) return null;
  return own.flatMap(({ line, pointer }) => {
    const fields = line.trim().split(/\s+/);
    const address = (fields[0] === "LISTEN" || fields[0] === "UNCONN" ? fields[3] : fields[4]) ?? "";
    const end = address.lastIndexOf(":");
    const hostIp = address
      .slice(0, end)
      .replace(/^\[|\]$/g, "")
      .replace(/%.*$/, "");
    return [
      {
        path: "listening sockets",
        pointer,
        hostIp: hostIp === "*" ? "" : hostIp,
        hostPort: Number(address.slice(end + 1)),
      },
    ];
  });
}

/** Every port of a container that is open on the host; null when it is on the host's network and nobody looked. */
export function openPorts(
  container: Container,
  context: { facts: HostFacts; containers: readonly Container[] },
): OpenPort[] | null {
  const published = publishedPorts(container).map(({ containerPort, hostIp, hostPort, pointer }) => ({
    path: `NetworkSettings.Ports["${containerPort}"]`,
    pointer,
    hostIp,
    hostPort,
  }));
  const onHost = hostNetworkPorts(container, context);
  return onHost === null ? null : [...published, ...onHost];
}

/** The answer for a container on the host's network whose sockets nobody looked at. */
export function unreadPorts(container: Container, expected: string): Exclude<ItemOutcome, null> {
  const pointer = "/host/listening";
  const actual = "on the host's network; its sockets were not read";
  return {
    status: "unknown",
    readings: [{ item: container.name, path: "listening sockets", pointer, actual, expected }],
  };
}

/** Ports that services of a swarm publish on every node, or on the nodes of their tasks: always on every interface. */
export function servicePorts(facts: HostFacts): { item: string; ports: OpenPort[] }[] {
  const services = facts.swarm?.services;
  if (!services || isFailed(services)) return [];
  return services.flatMap(({ Spec, Endpoint }, index) => {
    const effective = Endpoint?.Ports ?? [];
    const place = effective.length > 0 ? "Endpoint/Ports" : "Spec/EndpointSpec/Ports";
    const found = effective.length > 0 ? effective : (Spec?.EndpointSpec?.Ports ?? []);
    const ports = found.flatMap(({ PublishedPort }, entry) =>
      PublishedPort
        ? [
            {
              path: place.replaceAll("/", "."),
              pointer: `/swarm/services/${index}/${place}/${entry}/PublishedPort`,
              hostIp: "",
              hostPort: PublishedPort,
            },
          ]
        : [],
    );
    return ports.length > 0 ? [{ item: `service ${Spec?.Name ?? index + 1}`, ports }] : [];
  });
}

/** What a worker of a swarm cannot tell: the ports of services, which only managers know. */
export function workerNotes(facts: HostFacts): string[] {
  const isWorker = facts.swarmState === "active" && !facts.isManager;
  return isWorker ? ["Ports that services of the swarm publish are judged on its managers."] : [];
}
