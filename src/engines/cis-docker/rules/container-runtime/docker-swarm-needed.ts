import { healthy, notApplicable, unhealthy, unknown } from "../../../kit/outcome.ts";
import { defineHostRule } from "../../define-rule.ts";
import { example } from "../../example.ts";

/** CIS Docker 1.8.0, control 5.1. */
export default defineHostRule({
  id: "docker-swarm-needed",
  title: "Swarm mode is off unless it is needed",
  failedTitle: "Swarm mode is on and not needed",
  references: [
    { framework: "CIS Docker 1.8.0", control: "5.1", level: "Level 1" },
    { framework: "CIS Docker 1.7.0", control: "5.1", level: "Level 1" },
    { framework: "CIS Docker 1.6.0", control: "5.1", level: "Level 1" },
    { framework: "CIS Docker 1.2.0", control: "7.1", level: "Level 1" },
  ],
  severity: "low",
  severityReason: "open control ports",
  rationale: "Swarm opens ports and gives every manager power over this host.",
  needs: ["info.Swarm"],
  confirms: "that swarm mode is needed although no service runs",
  remediation: (item) =>
    `If ${item} is not meant to be in a swarm: docker swarm leave (on a manager: docker node demote first).`,
  scope: "swarm",
  assess: ({ facts, policy }) => {
    if (!facts.info) return unknown("The state of the engine", "Give the agent access to the Docker socket.");
    const reading = {
      item: facts.info.Name ?? "this host",
      path: "Swarm.LocalNodeState",
      pointer: "/info/Swarm/LocalNodeState",
      actual: facts.swarmState,
      expected: "inactive, or a host that runs services",
    };
    if (facts.engine.isPodman) return notApplicable("Podman has no swarm mode.", [reading]);
    if (facts.swarmState === "inactive") return healthy("Swarm mode is off.", [reading]);
    const hasTasks = (facts.containers ?? []).some(
      ({ inspect, isActive }) => isActive && "com.docker.swarm.task.id" in (inspect.Config.Labels ?? {}),
    );
    if (policy.swarmExpected || hasTasks) return healthy("This host runs services of a swarm.", [reading]);
    return unhealthy("Swarm mode is on, but no service runs here.", [reading]);
  },
  examples: () => ({
    healthy: [example()],
    unhealthy: [example({ info: { Swarm: { LocalNodeState: "active" } } })],
    unknown: [example({ without: ["info"] })],
  }),
});
