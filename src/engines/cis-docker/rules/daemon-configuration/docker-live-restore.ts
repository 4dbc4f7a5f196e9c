import { healthy, notApplicable, unhealthy, unknown } from "../../../kit/outcome.ts";
import { defineDaemonRule } from "../../define-rule.ts";
import { example } from "../../example.ts";

/** CIS Docker 1.8.0, control 2.16. */
export default defineDaemonRule({
  id: "docker-live-restore",
  title: "Live restore is on",
  failedTitle: "Live restore is off",
  references: [
    { framework: "CIS Docker 1.8.0", control: "2.16", level: "Level 1" },
    { framework: "CIS Docker 1.7.0", control: "2.15", level: "Level 1" },
    { framework: "CIS Docker 1.6.0", control: "2.15", level: "Level 1" },
    { framework: "CIS Docker 1.2.0", control: "2.13", level: "Level 1" },
  ],
  severity: "low",
  severityReason: "availability during daemon upgrades",
  rationale: "Without it, an update of the daemon stops every container, so updates wait.",
  needs: ["info.LiveRestoreEnabled"],
  remediation: (item) =>
    `Set "live-restore": true in ${item}, check the file with "dockerd --validate --config-file ${item}" and restart the daemon.`,
  assess: ({ facts }) => {
    if (!facts.info) return unknown("The state of the engine", "Give the agent access to the Docker socket.");
    if (["active", "pending", "locked"].includes(facts.swarmState))
      return notApplicable("Live restore and swarm exclude each other.");
    const reading = {
      item: facts.daemon.configPath,
      path: "LiveRestoreEnabled",
      pointer: "/info/LiveRestoreEnabled",
      actual: `${facts.info.LiveRestoreEnabled ?? false}`,
      expected: "true",
    };
    return facts.info.LiveRestoreEnabled
      ? healthy("Containers survive a restart of the daemon.", [reading])
      : unhealthy("A restart of the daemon stops every container.", [reading]);
  },
  examples: () => ({
    healthy: [example()],
    unhealthy: [example({ info: { LiveRestoreEnabled: false } })],
    notApplicable: [example({ info: { Swarm: { LocalNodeState: "active" } } })],
    unknown: [example({ without: ["info"] })],
  }),
});
