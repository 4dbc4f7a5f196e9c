import { defineContainerRule } from "../../define-rule.ts";
import { example } from "../../example.ts";
import type { HostFacts } from "../../host-facts.ts";
import { read } from "../../read.ts";

/** CIS Docker 1.8.0, control 5.25. */
export default defineContainerRule({
  id: "docker-cgroup-usage",
  title: "Containers use the default cgroup",
  failedTitle: "A container runs outside the default cgroup",
  references: [
    { framework: "CIS Docker 1.8.0", control: "5.25", level: "Level 1" },
    { framework: "CIS Docker 1.7.0", control: "5.25", level: "Level 1" },
    { framework: "CIS Docker 1.6.0", control: "5.25", level: "Level 1" },
    { framework: "CIS Docker 1.2.0", control: "5.24", level: "Level 1" },
  ],
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
    const usual = defaultParents(facts);
    const isRight =
      parent === "" ||
      (expected ? parent === expected : usual.includes(parent)) ||
      (container.isKubernetes && parent.includes("kubepods"));
    const outcome = read(container, {
      path: "HostConfig.CgroupParent",
      actual: parent || "the default",
      expected: "the default",
      isRight,
    });
    return !isRight && policy.allowedCgroupParents.includes(parent) ? { ...outcome, status: "manual" } : outcome;
  },
  examples: () => ({
    healthy: [
      example(),
      example({
        version: { Components: [{ Name: "Podman Engine" }] },
        hostConfig: { CgroupParent: "machine.slice" },
      }),
    ],
    unhealthy: [example({ hostConfig: { CgroupParent: "/elsewhere" } })],
    notApplicable: [example({ container: { State: { Status: "exited" } } })],
    unknown: [example({ without: ["containersInspect"] })],
  }),
});

/** Where an engine puts containers that name no parent. */
function defaultParents({ info, engine }: HostFacts): string[] {
  const isSystemd = info?.CgroupDriver === "systemd";
  if (engine.isPodman) return isSystemd ? ["machine.slice", "user.slice"] : ["/libpod_parent"];
  if (!isSystemd) return ["/docker"];
  return engine.isRootless ? ["user.slice", "system.slice"] : ["system.slice"];
}
