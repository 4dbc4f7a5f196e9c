import { defineContainerRule } from "../../define-rule.ts";
import { example } from "../../example.ts";
import { read } from "../../read.ts";

/** CIS Docker 1.8.0, control 5.13. */
export default defineContainerRule({
  id: "docker-read-only-root",
  title: "Root file systems are read-only",
  failedTitle: "A container may write to its root file system",
  references: [
    { framework: "CIS Docker 1.8.0", control: "5.13", level: "Level 1" },
    { framework: "CIS Docker 1.7.0", control: "5.13", level: "Level 1" },
    { framework: "CIS Docker 1.6.0", control: "5.13", level: "Level 1" },
    { framework: "CIS Docker 1.2.0", control: "5.12", level: "Level 1" },
  ],
  severity: "medium",
  severityReason: "attackers can persist tools",
  rationale: "A writable root file system lets an intruder leave tools behind.",
  needs: ["HostConfig.ReadonlyRootfs"],
  remediation: (item) => `Create ${item} again with --read-only, and --tmpfs or a volume for each folder it writes to.`,
  passed: "Every root file system is read-only.",
  failed: "containers can write to their root file system",
  assess: (container) => {
    const value = container.inspect.HostConfig.ReadonlyRootfs;
    return read(container, {
      path: "HostConfig.ReadonlyRootfs",
      actual: value ?? false,
      expected: "true",
      isRight: value === true,
    });
  },
  examples: () => ({
    healthy: [example()],
    unhealthy: [example({ hostConfig: { ReadonlyRootfs: false } })],
    notApplicable: [example({ container: { State: { Status: "exited" } } })],
    unknown: [example({ without: ["containersInspect"] })],
  }),
});
