import { healthy, manual, show, unhealthy, unknown } from "../../../kit/outcome.ts";
import { defineDaemonRule } from "../../define-rule.ts";
import { example } from "../../example.ts";

/** CIS Docker 1.8.0, control 2.1. */
export default defineDaemonRule({
  id: "docker-rootless-daemon",
  title: "The daemon runs without root, if possible",
  failedTitle: "The daemon runs as root",
  references: [
    { framework: "CIS Docker 1.8.0", control: "2.1", level: "Level 1" },
    { framework: "CIS Docker 1.7.0", control: "2.1", level: "Level 1" },
    { framework: "CIS Docker 1.6.0", control: "2.1", level: "Level 1" },
  ],
  severity: "medium",
  severityReason: "limits what a daemon or container escape gains",
  rationale: "A hole in a daemon without root does not give root on the host.",
  needs: ["info.SecurityOptions"],
  confirms: "that rootless mode does not fit on this host",
  remediation: (item) =>
    `Move ${item} to rootless mode: stop the system service, then run "dockerd-rootless-setuptool.sh install" as the user who shall own the containers.`,
  assess: ({ facts, policy }) => {
    if (!facts.info) return unknown("The engine's security options", "Give the agent access to the Docker socket.");
    const reading = {
      item: facts.info.Name ?? "the daemon",
      path: "SecurityOptions",
      pointer: "/info/SecurityOptions",
      actual: show(facts.info.SecurityOptions ?? []),
      expected: "name=rootless",
    };
    if (facts.engine.isRootless) return healthy("The daemon is rootless.", [reading]);
    if (policy.requireRootless) return unhealthy("This site asks for rootless daemons.", [reading]);
    // "If possible", says the title: what is asked of a person is of low weight.
    return {
      ...manual(
        "The daemon runs as root. Confirm that rootless mode does not fit here (swarm, overlay networks, AppArmor and cgroup v1 limits need root).",
        [reading],
      ),
      severity: "low",
    };
  },
  examples: () => ({
    healthy: [example({ info: { SecurityOptions: ["name=rootless", "name=seccomp,profile=builtin"] } })],
    manual: [example()],
    unknown: [example({ without: ["info"] })],
  }),
});
