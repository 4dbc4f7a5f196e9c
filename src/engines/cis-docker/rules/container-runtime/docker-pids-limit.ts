import { notApplicable } from "../../../kit/outcome.ts";
import { defineContainerRule } from "../../define-rule.ts";
import { example } from "../../example.ts";
import { read } from "../../read.ts";

/** CIS Docker 1.8.0, control 5.29. */
export default defineContainerRule({
  id: "docker-pids-limit",
  title: "The number of processes is limited",
  failedTitle: "A container may start any number of processes",
  references: [
    { framework: "CIS Docker 1.8.0", control: "5.29", level: "Level 1" },
    { framework: "CIS Docker 1.7.0", control: "5.29", level: "Level 1" },
    { framework: "CIS Docker 1.6.0", control: "5.29", level: "Level 1" },
    { framework: "CIS Docker 1.2.0", control: "5.28", level: "Level 1" },
  ],
  severity: "medium",
  severityReason: "fork bombs",
  rationale: "A fork bomb in one container otherwise stops the host.",
  needs: ["HostConfig.PidsLimit", "cgroup pids.max"],
  remediation: (item) => `Create ${item} again with --pids-limit 200.`,
  passed: "Every container has a process limit.",
  failed: "containers may start any number of processes",
  before: ({ facts }) =>
    facts.info?.PidsLimit === false
      ? notApplicable("The kernel of this host cannot limit processes.", [
          { path: "PidsLimit", pointer: "/info/PidsLimit", actual: "false", expected: "true" },
        ])
      : undefined,
  assess: (container) => {
    const own = container.inspect.HostConfig.PidsLimit ?? 0;
    const inherited = container.process?.pidsMax ?? 0;
    const actual = own > 0 ? `${own}` : inherited > 0 ? `${inherited}, inherited` : "no limit";
    return read(container, {
      path: "HostConfig.PidsLimit",
      actual,
      expected: "a limit above 0",
      isRight: own > 0 || inherited > 0,
    });
  },
  examples: () => ({
    healthy: [example()],
    unhealthy: [example({ hostConfig: { PidsLimit: null } }), example({ hostConfig: { PidsLimit: -1 } })],
    notApplicable: [example({ container: { State: { Status: "exited" } } })],
    unknown: [example({ without: ["containersInspect"] })],
  }),
});
