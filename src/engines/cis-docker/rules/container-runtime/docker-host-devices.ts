import { defineContainerRule } from "../../define-rule.ts";
import { example } from "../../example.ts";
import { read } from "../../read.ts";

/** CIS Docker 1.8.0, control 5.18. */
export default defineContainerRule({
  id: "docker-host-devices",
  title: "Devices of the host are not exposed",
  failedTitle: "A container may use devices of the host",
  references: [
    { framework: "CIS Docker 1.8.0", control: "5.18", level: "Level 1" },
    { framework: "CIS Docker 1.7.0", control: "5.18", level: "Level 1" },
    { framework: "CIS Docker 1.6.0", control: "5.18", level: "Level 1" },
    { framework: "CIS Docker 1.2.0", control: "5.17", level: "Level 1" },
  ],
  severity: "medium",
  severityReason: "raw device access",
  rationale: "A device such as a disk lets the container go round the file system of the host.",
  needs: ["HostConfig.Devices", "HostConfig.DeviceCgroupRules", "HostConfig.Privileged"],
  remediation: (item, reading) =>
    `Create ${item} again without ${reading?.actual ?? "the device"}; if one device is needed, allow it with read rights only (--device /dev/x:/dev/x:r).`,
  passed: "No container has a device of the host.",
  failed: "containers have devices of the host",
  assess: (container) => {
    const { Devices, DeviceCgroupRules, Privileged } = container.inspect.HostConfig;
    const devices = (Devices ?? []).map((device) => device.PathOnHost ?? "?");
    const rules = DeviceCgroupRules ?? [];
    const path = Privileged
      ? "HostConfig.Privileged"
      : rules.length > 0
        ? "HostConfig.DeviceCgroupRules"
        : "HostConfig.Devices";
    const actual = [...(Privileged ? ["every device (privileged)"] : []), ...devices, ...rules].join(", ");
    return read(container, { path, actual: actual || "no device", expected: "no device", isRight: actual === "" });
  },
  examples: () => ({
    healthy: [example()],
    unhealthy: [
      example({
        hostConfig: { Devices: [{ PathOnHost: "/dev/sda", PathInContainer: "/dev/sda", CgroupPermissions: "rwm" }] },
      }),
      example({ hostConfig: { DeviceCgroupRules: ["c *:* rwm"] } }),
      example({ hostConfig: { Privileged: true } }),
    ],
    notApplicable: [example({ container: { State: { Status: "exited" } } })],
    unknown: [example({ without: ["containersInspect"] })],
  }),
});
