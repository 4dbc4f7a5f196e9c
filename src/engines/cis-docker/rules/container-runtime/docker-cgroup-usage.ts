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
  assess: (container, { facts, policy }) => {
    const parent = container.inspect.HostConfig.CgroupParent ?? "";
    const expected = facts.daemon.text("cgroup-parent", "").value;
    const isRight =
      parent === "" ||
      parent === expected ||
      policy.allowedCgroupParents.includes(parent) ||
      (container.isKubernetes && parent.includes("kubepods"));
    return read(container, {
      path: "HostConfig.CgroupParent",
      actual: parent || "the default",
      expected: "the default",
      isRight,
    });
  },
  examples: {
    healthy: [example()],
    unhealthy: [example({ hostConfig: { CgroupParent: "/elsewhere" } })],
    notApplicable: [example({ container: { State: { Status: "exited" } } })],
    unknown: [example({ without: ["containersInspect"] })],
  },
});
