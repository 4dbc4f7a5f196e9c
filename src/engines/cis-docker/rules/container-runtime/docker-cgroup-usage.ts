import { defineContainerRule } from "../../define-rule.ts";
import { example } from "../../example.ts";
import { read } from "../../read.ts";

/** CIS Docker 1.8.0, control 5.25. */
export default defineContainerRule({
  id: "docker-cgroup-usage",
  title: "Containers use the default cgroup",
  controls: { "1.8.0": "5.25", "1.7.0": "5.25", "1.6.0": "5.25", "1.2.0": "5.24" },
  level: 1,
  severity: "low",
  severityReason: "escapes the default resource tree",
  rationale: "Another parent takes the container out of the limits that the host sets.",
  needs: ["HostConfig.CgroupParent"],
  remediation: (item) => `Create ${item} again without --cgroup-parent.`,
  passed: "Every container runs below the default cgroup.",
  failed: "containers run below another cgroup",
  confirms: "that the limits of an allowed parent group fit the containers below it",
  unconfirmed: "Containers run below a group that this site allows: confirm that its limits fit.",
  assess: (container, { facts, policy }) => {
    const parent = container.inspect.HostConfig.CgroupParent ?? "";
    const expected = facts.daemon.text("cgroup-parent", "").value;
    const usual = facts.info?.CgroupDriver === "systemd" ? "system.slice" : "/docker";
    const isRight =
      parent === "" || parent === (expected || usual) || (container.isKubernetes && parent.includes("kubepods"));
    const outcome = read(container, {
      path: "HostConfig.CgroupParent",
      actual: parent || "the default",
      expected: "the default",
      isRight,
    });
    return !isRight && policy.allowedCgroupParents.includes(parent) ? { ...outcome, status: "manual" } : outcome;
  },
  examples: {
    healthy: [example()],
    unhealthy: [example({ hostConfig: { CgroupParent: "/elsewhere" } })],
    notApplicable: [example({ container: { State: { Status: "exited" } } })],
    unknown: [example({ without: ["containersInspect"] })],
  },
});
