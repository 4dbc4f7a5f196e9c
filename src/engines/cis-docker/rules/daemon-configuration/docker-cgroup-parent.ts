import { healthy, manual, unhealthy } from "../../../kit/outcome.ts";
import { defineDaemonRule } from "../../define-rule.ts";
import { example } from "../../example.ts";

/** CIS Docker 1.8.0, control 2.11. */
export default defineDaemonRule({
  id: "docker-cgroup-parent",
  title: "The default cgroup is used",
  failedTitle: "The daemon puts containers into a cgroup of its own choice",
  references: [
    { framework: "CIS Docker 1.8.0", control: "2.11", level: "Level 2" },
    { framework: "CIS Docker 1.7.0", control: "2.10", level: "Level 2" },
    { framework: "CIS Docker 1.6.0", control: "2.10", level: "Level 2" },
    { framework: "CIS Docker 1.2.0", control: "2.9", level: "Level 2" },
  ],
  severity: "low",
  severityReason: "a shared custom parent can lift limits",
  rationale: "Another parent group can take containers out of the limits that the host sets.",
  needs: ["daemon arguments and file", "info.CgroupDriver"],
  confirms: "that the limits of an allowed parent group fit",
  needsSettings: true,
  remediation: (item) =>
    `Remove "cgroup-parent" from ${item}, or put its value on the allowed list of this site after checking its limits.`,
  assess: ({ facts, policy }) => {
    const setting = facts.daemon.text("cgroup-parent", "");
    const driver = facts.info?.CgroupDriver;
    const usual = [
      "",
      ...(driver === "systemd" ? [] : ["/docker"]),
      ...(driver === "cgroupfs" ? [] : ["system.slice", ...(facts.engine.isRootless ? ["user.slice"] : [])]),
    ];
    const reading = {
      item: facts.daemon.configPath,
      path: setting.path,
      pointer: setting.pointer,
      actual: setting.value || "not set",
      expected: "not set, or the default of the cgroup driver",
    };
    if (usual.includes(setting.value)) return healthy("Containers run below the default cgroup.", [reading]);
    if (policy.allowedCgroupParents.includes(setting.value))
      return manual(`This site allows ${setting.value}: confirm that its limits fit.`, [reading]);
    return unhealthy(`Containers run below ${setting.value}.`, [reading]);
  },
  examples: () => ({
    healthy: [example(), example({ argv: ["--cgroup-parent=system.slice"] })],
    unhealthy: [example({ argv: ["--cgroup-parent", "/foo"] })],
    unknown: [example({ without: ["host"] })],
  }),
});
