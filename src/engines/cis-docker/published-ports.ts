import type { Container } from "./container-facts.ts";

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
