import { healthy, show, unhealthy, unknown } from "../../../kit/outcome.ts";
import { defineDaemonRule } from "../../define-rule.ts";
import { example } from "../../example.ts";

/** CIS Docker 1.8.0, control 2.10. */
export default defineDaemonRule({
  id: "docker-user-namespaces",
  title: "User namespaces are on",
  failedTitle: "User namespaces are off",
  references: [
    { framework: "CIS Docker 1.8.0", control: "2.10", level: "Level 2" },
    { framework: "CIS Docker 1.7.0", control: "2.9", level: "Level 2" },
    { framework: "CIS Docker 1.6.0", control: "2.9", level: "Level 2" },
    { framework: "CIS Docker 1.2.0", control: "2.8", level: "Level 2" },
  ],
  severity: "medium",
  severityReason: "root in the container is no longer root on the host",
  rationale: "With them, root inside a container is nobody on the host.",
  needs: ["info.SecurityOptions", "daemon arguments and file"],
  remediation: (item) =>
    `Set "userns-remap": "default" in ${item} and restart the daemon. Images are stored anew and containers must be created again.`,
  assess: ({ facts }) => {
    if (!facts.info) return unknown("The engine's security options", "Give the agent access to the Docker socket.");
    const reading = {
      item: facts.daemon.configPath,
      path: "SecurityOptions",
      pointer: "/info/SecurityOptions",
      actual: show(facts.info.SecurityOptions ?? []),
      expected: "name=userns or name=rootless",
    };
    const notes = (facts.containers ?? [])
      .filter(({ inspect, isActive }) => isActive && inspect.HostConfig.UsernsMode === "host")
      .map(({ name }) => `${name} opts out of the mapping (5.31).`);
    return facts.engine.hasUserNamespaces
      ? healthy("Container users are mapped.", [reading], notes)
      : unhealthy("Root in a container is root on the host.", [reading]);
  },
  examples: () => ({
    healthy: [example(), example({ info: { SecurityOptions: ["name=rootless"] } })],
    unhealthy: [example({ info: { SecurityOptions: ["name=seccomp,profile=builtin"] } })],
    unknown: [example({ without: ["info"] })],
  }),
});
