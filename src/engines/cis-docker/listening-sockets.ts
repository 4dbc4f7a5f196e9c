import type { HostFacts } from "./host-facts.ts";
import { publishedPorts } from "./published-ports.ts";

/**
 * `address:port` of TCP sockets on which dockerd takes commands: without those of swarm, and without published ports, which
 * dockerd holds itself where the userland proxy is off and for services of a swarm.
 */
export function daemonTcpSockets(facts: HostFacts): string[] {
  // Without the containers nothing tells a published port from a socket of the daemon.
  if (!facts.containers || facts.unreadContainers.length > 0) return [];
  const services = facts.swarm && Array.isArray(facts.swarm.services) ? facts.swarm.services : [];
  const published = new Set([
    ...facts.containers.flatMap((container) => publishedPorts(container).map(({ hostPort }) => hostPort)),
    ...services.flatMap(({ Spec }) => (Spec?.EndpointSpec?.Ports ?? []).map(({ PublishedPort }) => PublishedPort ?? 0)),
  ]);
  return listening(facts).filter((address) => {
    const port = Number(address.slice(address.lastIndexOf(":") + 1));
    return ![2377, 7946, 4789].includes(port) && !published.has(port);
  });
}

/** Every `address:port` that dockerd (or another program) listens on, from lines as `ss -lntp` prints them. */
export function listening(facts: HostFacts, { anyProcess = false, program = "dockerd" } = {}): string[] {
  return (facts.host?.listening ?? []).flatMap((line) => {
    const fields = line.trim().split(/\s+/);
    const address = fields[0] === "LISTEN" || fields[0] === "UNCONN" ? fields[3] : fields[4];
    return address && (anyProcess || line.includes(`"${program}"`)) ? [address] : [];
  });
}
