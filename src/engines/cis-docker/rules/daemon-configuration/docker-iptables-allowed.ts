import { healthy, unhealthy } from "../../../kit/outcome.ts";
import { defineDaemonRule } from "../../define-rule.ts";
import { example } from "../../example.ts";

/** CIS Docker 1.8.0, control 2.4. */
export default defineDaemonRule({
  id: "docker-iptables-allowed",
  title: "Docker may manage iptables",
  failedTitle: "Docker may not manage iptables",
  references: [
    { framework: "CIS Docker 1.8.0", control: "2.4", level: "Level 1" },
    { framework: "CIS Docker 1.7.0", control: "2.4", level: "Level 1" },
    { framework: "CIS Docker 1.6.0", control: "2.4", level: "Level 1" },
    { framework: "CIS Docker 1.2.0", control: "2.3", level: "Level 1" },
  ],
  severity: "high",
  severityReason: "without the rules containers are either unreachable or unfiltered",
  rationale: "Without its rules, published ports and networks are not separated as people expect.",
  needs: ["daemon arguments and file"],
  needsSettings: true,
  remediation: (item) =>
    `Remove "iptables": false from ${item} (the default is true) and restart the daemon; stop every container first.`,
  assess: ({ facts }) => {
    const setting = facts.daemon.flag("iptables", true);
    const reading = {
      item: facts.daemon.configPath,
      path: setting.path,
      pointer: setting.pointer,
      actual: `${setting.value}`,
      expected: "true",
    };
    const six = facts.daemon.flag("ip6tables", true);
    const notes = six.value ? [] : ["ip6tables is off: Docker writes no rules for IPv6."];
    return setting.value
      ? healthy("Docker manages its firewall rules.", [reading], notes)
      : unhealthy("Docker may not write firewall rules.", [reading]);
  },
  examples: () => ({
    healthy: [example(), example({ argv: ["--iptables"] })],
    unhealthy: [example({ argv: ["--iptables=false"] }), example({ configFile: { iptables: false } })],
    unknown: [example({ without: ["host"] })],
  }),
});
