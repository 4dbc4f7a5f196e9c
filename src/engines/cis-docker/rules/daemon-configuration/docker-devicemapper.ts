import { healthy, unhealthy, unknown } from "../../../kit/outcome.ts";
import { defineDaemonRule } from "../../define-rule.ts";
import { example } from "../../example.ts";

/** CIS Docker 1.8.0, control 2.7. */
export default defineDaemonRule({
  id: "docker-devicemapper",
  title: "The devicemapper storage driver is not used",
  failedTitle: "The daemon uses the devicemapper storage driver",
  references: [{ framework: "CIS Docker 1.8.0", control: "2.7", level: "Level 1" }],
  severity: "medium",
  severityReason: "removed driver, loopback mode loses data",
  rationale: "The devicemapper driver is out of the engine; its loopback mode loses data under load.",
  needs: ["info.Driver"],
  remediation: (item) =>
    `Back up images and volumes of ${item}, set "storage-driver": "overlay2" in place of devicemapper in the daemon configuration, restart, and load them again.`,
  assess: ({ facts }) => {
    if (!facts.info?.Driver) return unknown("The storage driver", "Give the agent access to the Docker socket.");
    const reading = {
      item: facts.info.Name ?? "the daemon",
      path: "Driver",
      pointer: "/info/Driver",
      actual: facts.info.Driver,
      expected: "not devicemapper",
    };
    return facts.info.Driver === "devicemapper"
      ? unhealthy("The daemon stores layers with devicemapper.", [reading])
      : healthy(`The driver is ${facts.info.Driver}.`, [reading]);
  },
  examples: () => ({
    healthy: [example()],
    unhealthy: [example({ info: { Driver: "devicemapper" } })],
    unknown: [example({ without: ["info"] })],
  }),
});
