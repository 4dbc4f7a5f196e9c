import type { Container } from "./container-facts.ts";
import type { HostFacts } from "./host-facts.ts";

/** What reading a host from a container takes: its files, its processes, its network's addresses, the engine's socket. */
const neededByAgent = new Set([
  "docker-sensitive-mounts",
  "docker-host-pid",
  "docker-host-network",
  "docker-socket-mounted",
]);

/**
 * Breakwater's own agent, when it runs as a container, breaks four rules by its nature. That is accepted and said in a note,
 * never hidden. The agent names its container itself and the container carries its label: a label alone, which anybody may
 * set, accepts nothing.
 */
export function acceptedOfOwnAgent(ruleId: string, container: Container, facts: HostFacts): boolean {
  return (
    neededByAgent.has(ruleId) &&
    facts.host?.agentContainer === container.id &&
    container.inspect.Config.Labels?.["breakwater.agent"] === "true"
  );
}

/** The note that stands in place of the finding. */
export function ownAgentNote(container: Container, readings: readonly { actual: string }[]): string {
  const actual = readings.map((reading) => reading.actual).join(", ");
  return `${container.name} is Breakwater's own agent, which reads the host: ${actual} is accepted.`;
}
