import { healthy, unhealthy, unknown } from "../../../kit/outcome.ts";
import { defineDaemonRule } from "../../define-rule.ts";
import { example } from "../../example.ts";

/** CIS Docker 1.8.0, control 2.6. */
export default defineDaemonRule({
  id: "docker-aufs",
  title: "The aufs storage driver is not used",
  failedTitle: "The daemon uses the aufs storage driver",
  references: [
    { framework: "CIS Docker 1.8.0", control: "2.6", level: "Level 1" },
    { framework: "CIS Docker 1.7.0", control: "2.6", level: "Level 1" },
    { framework: "CIS Docker 1.6.0", control: "2.6", level: "Level 1" },
    { framework: "CIS Docker 1.2.0", control: "2.5", level: "Level 1" },
  ],
  severity: "medium",
  severityReason: "unmaintained driver, kernel crash history",
  rationale: "The aufs driver is out of the kernel and has known crashes that a container can cause.",
  needs: ["info.Driver"],
  remediation: (item) =>
    `Back up images and volumes of ${item}, set "storage-driver": "overlay2" in place of aufs in the daemon configuration, restart, and load them again.`,
  assess: ({ facts }) => {
    if (!facts.info?.Driver) return unknown("The storage driver", "Give the agent access to the Docker socket.");
    const reading = {
      item: facts.info.Name ?? "the daemon",
      path: "Driver",
      pointer: "/info/Driver",
      actual: facts.info.Driver,
      expected: "not aufs",
    };
    return facts.info.Driver === "aufs"
      ? unhealthy("The daemon stores layers with aufs.", [reading])
      : healthy(`The driver is ${facts.info.Driver}.`, [reading]);
  },
  examples: () => ({
    healthy: [example()],
    unhealthy: [example({ info: { Driver: "aufs" } })],
    unknown: [example({ without: ["info"] })],
  }),
});
