import type { HostFacts } from "./host-facts.ts";

/** `address:port` of TCP sockets that dockerd itself listens on, without those of swarm. */
export function daemonTcpSockets(facts: HostFacts): string[] {
  return listening(facts).filter((address) => !/:(2377|7946|4789)$/.test(address));
}

/** Every `address:port` that dockerd (or another program) listens on, from lines as `ss -lntp` prints them. */
export function listening(facts: HostFacts, { anyProcess = false, program = "dockerd" } = {}): string[] {
  return (facts.host?.listening ?? []).flatMap((line) => {
    const fields = line.trim().split(/\s+/);
    const address = fields[0] === "LISTEN" || fields[0] === "UNCONN" ? fields[3] : fields[4];
    return address && (anyProcess || line.includes(`"${program}"`)) ? [address] : [];
  });
}
