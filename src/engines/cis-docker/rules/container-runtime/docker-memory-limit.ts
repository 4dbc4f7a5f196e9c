import { unhealthy } from "../../../kit/outcome.ts";
import { defineContainerRule } from "../../define-rule.ts";
import { example } from "../../example.ts";
import { read } from "../../read.ts";

/** CIS Docker 1.8.0, control 5.11. */
export default defineContainerRule({
  id: "docker-memory-limit",
  title: "Memory of containers is limited",
  failedTitle: "A container has no memory limit",
  references: [
    { framework: "CIS Docker 1.8.0", control: "5.11", level: "Level 1" },
    { framework: "CIS Docker 1.7.0", control: "5.11", level: "Level 1" },
    { framework: "CIS Docker 1.6.0", control: "5.11", level: "Level 1" },
    { framework: "CIS Docker 1.2.0", control: "5.10", level: "Level 1" },
  ],
  severity: "medium",
  severityReason: "one container starves the host",
  rationale: "One container without a limit can take all memory of the host.",
  needs: ["HostConfig.Memory", "cgroup memory.max"],
  remediation: (item) => `Create ${item} again with --memory, for example --memory 512m.`,
  passed: "Every container has a memory limit.",
  failed: "containers have no memory limit",
  before: ({ facts }) =>
    facts.info?.MemoryLimit === false
      ? unhealthy("The kernel of this host limits no memory, so no container has a limit.", [
          {
            item: facts.info.Name ?? "this host",
            path: "MemoryLimit",
            pointer: "/info/MemoryLimit",
            actual: "false",
            expected: "true",
          },
        ])
      : undefined,
  assess: (container, { facts }) => {
    const own = container.inspect.HostConfig.Memory ?? 0;
    const inherited = container.process?.memoryMaxBytes ?? 0;
    // "No limit" is a number near 2^63 on cgroup version 1: no machine has as much as is taken here for an unknown size.
    const total = facts.info?.MemTotal || Number.MAX_SAFE_INTEGER;
    const isInherited = own <= 0 && inherited > 0 && inherited < total;
    const actual = own > 0 ? `${own} bytes` : isInherited ? `${inherited} bytes, inherited` : "no limit";
    if (facts.engine.isRootless && facts.info?.CgroupVersion === "1")
      return read(container, {
        path: "HostConfig.Memory",
        actual: `${own} bytes, ignored by a rootless engine on cgroup version 1`,
        expected: "a limit above 0",
        isRight: false,
      });
    return read(container, {
      path: "HostConfig.Memory",
      actual,
      expected: "a limit above 0",
      isRight: own > 0 || isInherited,
    });
  },
  examples: () => ({
    healthy: [example()],
    unhealthy: [example({ hostConfig: { Memory: 0, MemoryReservation: 1000 } })],
    notApplicable: [example({ container: { State: { Status: "exited" } } })],
    unknown: [example({ without: ["containersInspect"] })],
  }),
});
