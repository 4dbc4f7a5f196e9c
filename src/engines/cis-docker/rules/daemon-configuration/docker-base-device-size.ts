import { healthy, notApplicable, unhealthy, unknown } from "../../../kit/outcome.ts";
import { defineDaemonRule } from "../../define-rule.ts";
import { example } from "../../example.ts";

/** CIS Docker 1.8.0, control 2.12. */
export default defineDaemonRule({
  id: "docker-base-device-size",
  title: "The base device size is unchanged",
  failedTitle: "The base device size has been changed",
  references: [
    { framework: "CIS Docker 1.8.0", control: "2.12", level: "Level 2" },
    { framework: "CIS Docker 1.7.0", control: "2.11", level: "Level 2" },
    { framework: "CIS Docker 1.6.0", control: "2.11", level: "Level 2" },
    { framework: "CIS Docker 1.2.0", control: "2.10", level: "Level 2" },
  ],
  severity: "low",
  severityReason: "oversized containers can fill the pool",
  rationale: "A larger base size lets every container take more of the pool than planned.",
  needs: ["info.Driver", "daemon arguments and file"],
  remediation: (item) => `Remove the storage option ${item} and create the affected containers again.`,
  assess: ({ facts }) => {
    if (!facts.info?.Driver) return unknown("The storage driver", "Give the agent access to the Docker socket.");
    const driver = { path: "Driver", pointer: "/info/Driver", actual: facts.info.Driver, expected: "devicemapper" };
    if (facts.info.Driver !== "devicemapper")
      return notApplicable(`Only devicemapper has a base device size; the driver is ${facts.info.Driver}.`, [driver]);
    if (!facts.daemon.isReadable)
      return unknown("The daemon's storage options", "Run the agent as root in the host's process namespace.");
    const options = facts.daemon.list("storage-opt", "storage-opts");
    const sized = options.value.filter((option) => option.startsWith("dm.basesize"));
    const readings = (sized.length > 0 ? sized : ["not set"]).map((actual) => ({
      item: actual,
      path: options.path,
      pointer: options.pointer,
      actual,
      expected: "no dm.basesize",
    }));
    return sized.length > 0
      ? unhealthy("The base device size is changed.", readings)
      : healthy("The base device size is the default.", readings);
  },
  examples: () => ({
    healthy: [example({ info: { Driver: "devicemapper" } })],
    unhealthy: [example({ info: { Driver: "devicemapper" }, argv: ["--storage-opt", "dm.basesize=50G"] })],
    notApplicable: [example()],
    unknown: [example({ without: ["info"] })],
  }),
});
